import Filter
import Testing

@testable import sallyport

private func faults(_ files: [(String, String)]) throws -> [String] {
  let directory = try TemporaryDirectory()
  for (name, text) in files { _ = try directory.write(name, text) }
  do throws(FaultReport) {
    _ = try RuleFiles.load(
      directory: directory.path,
      origin: Fault(file: "main.toml", line: 9, problem: "", remedy: "")
    )
    return []
  } catch {
    return error.faults.map { $0.description.replacing(directory.path + "/", with: "") }
  }
}

@Suite struct RuleFilesTests {
  @Test(arguments: [
    ("patterns = ['\"SSH-\"']", "a.toml:1: name: is missing"),
    ("name = \"A\"\npatterns = ['\"SSH-\"']", "a.toml:2: name: \"A\" is not a rule's name"),
    ("name = \"a\"", "a.toml:1: patterns: is missing"),
    ("name = \"a\"\npatterns = 'x'", "a.toml:3: patterns: is a string, not an array"),
    ("name = \"a\"\npatterns = [1]", "a.toml:3: patterns: holds a whole number"),
    ("name = \"a\"\npatterns = []", "a.toml:3: patterns: there are 0 patterns"),
    (
      "name = \"a\"\npatterns = [\n'\"SSH-\"',\n'xyz',\n]",
      "a.toml:5: patterns: unknown word (character 1 of the pattern)"
    ),
    ("name = \"a\"\npatterns = ['\"SSH-\"']\nmode = \"on\"", "a.toml:4: mode: unknown value"),
    ("name = \"a\"\npatterns = ['\"SSH-\"']\naction = 1", "a.toml:4: action: is a whole number"),
    ("name = \"a\"\npatterns = ['\"SSH-\"']\npatern = 1", "a.toml:4: unknown key patern"),
    (
      "name = \"a\"\npatterns = ['\"SSH\"']",
      "a.toml:3: patterns: a would refuse 6.0e-08 of honest peers; at most 1.0e-09 is allowed; "
        + "make it longer: 1 more fixed bytes are enough"
    ),
    (
      "name = \"a\"\npatterns = ['[00-7f]{0,99} 01 [00-7f]{0,60} 02 [00-7f]{0,60} 03 \"abcd\"']",
      "a.toml:3: patterns: a has too many states"
    ),
  ])
  func aFaultIsFoundAtItsLine(text: String, expected: String) throws {
    let found = try faults([("a.toml", "[[signature]]\n" + text)])
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test func namesAreUniqueOverAllFiles() throws {
    let rule = "[[signature]]\nname = \"a\"\npatterns = ['\"SSH-\"']\n"
    let found = try faults([("a.toml", rule), ("b.toml", "\n" + rule)])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("b.toml:2: the signature a exists already") == true)
  }

  @Test func faultsOfAllFilesAreFoundAtOnce() throws {
    let found = try faults([("a.toml", "x = 1"), ("b.toml", "y ="), ("c.txt", "z =")])
    #expect(found.count == 2)
    #expect(found.first?.hasPrefix("a.toml:1: unknown key x") == true)
    #expect(found.last?.hasPrefix("b.toml:1: ") == true)
  }

  @Test func aDirectoryThatIsNotThereIsAFaultOfTheConfiguration() throws {
    let report = #expect(throws: FaultReport.self) {
      _ = try RuleFiles.load(
        directory: "/nonexistent",
        origin: Fault(file: "main.toml", line: 9, problem: "", remedy: "")
      )
    }
    #expect(report?.faults.map(\.line) == [9])
    #expect(report?.faults.first?.file == "main.toml")
  }

  @Test func tooManyFilesAreRefused() throws {
    let found = try faults((0...64).map { ("\($0).toml", "") })
    #expect(found.count == 1)
    #expect(found.first?.contains("more than 64 rule files") == true)
  }

  @Test func tooManySignaturesAreRefused() throws {
    let rules = (0...1_024).map {
      "[[signature]]\nname = \"a\($0)\"\npatterns = ['\"SSH-\($0)\"']\nmode = \"ignore\"\n"
    }
    let found = try faults([("a.toml", rules.joined())])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("a.toml:4097: more than 1024 signatures") == true)
  }

  @Test func onlyPlainFilesAreRead() throws {
    let directory = try TemporaryDirectory()
    let collector = FaultCollector(file: directory.path)
    #expect(Document(path: directory.path, faults: collector) == nil)
    #expect(collector.faults.first?.problem == "is not a regular file")
  }
}
