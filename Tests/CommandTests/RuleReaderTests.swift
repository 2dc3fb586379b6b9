import Filter
import Testing
import Wire

@testable import sallyport

/// What is wrong with these files of a rules directory.
func ruleFaults(_ files: [(String, String)], shipped: [(String, String)] = []) throws -> [String] {
  let directory = try TemporaryDirectory()
  let origin = Fault(file: "main.toml", line: 9, problem: "", remedy: "")
  do throws(FaultReport) {
    _ = try ruleFiles(files, shipped: shipped, directory, origin)
    return []
  } catch {
    return error.faults.map { $0.description.replacing(directory.path + "/", with: "") }
  }
}

/// What these files say.
func loadRules(
  _ files: [(String, String)],
  shipped: [(String, String)] = []
) throws -> LoadedRules {
  let directory = try TemporaryDirectory()
  let origin = Fault(file: "main.toml", line: 9, problem: "", remedy: "")
  return try ruleFiles(files, shipped: shipped, directory, origin)
}

private func ruleFiles(
  _ files: [(String, String)],
  shipped: [(String, String)],
  _ directory: TemporaryDirectory,
  _ origin: Fault
) throws(FaultReport) -> LoadedRules {
  let vendor = try? TemporaryDirectory()
  for (name, text) in files { _ = try? directory.write(name, text) }
  for (name, text) in shipped { _ = try? vendor?.write(name, text) }
  return try RuleFiles.load(
    directory: directory.path,
    shipped: shipped.isEmpty ? "/nonexistent/rules.d" : vendor?.path,
    origin: origin
  )
}

@Suite struct RuleReaderTests {
  @Test(arguments: [
    ("when = { hops = '3' }\nweight = 1", "a.toml:1: name: is missing"),
    ("name = \"A b\"\nwhen = { failures = '> 1' }\nweight = 1", "a.toml:2: name: \"A b\" is not"),
    ("name = \"a\"\nweight = 1", "a.toml:1: when: is missing"),
    ("name = \"a\"\nmode = \"enforce\"\nweight = 1", "a.toml:1: when: is missing"),
    ("name = \"a\"\nwhen = 1\nweight = 1", "a.toml:3: when: is a whole number, not a table"),
    ("name = \"a\"\nwhen = {}\nweight = 1", "a.toml:3: when: asks for nothing"),
    ("name = \"a\"\nwhen = { failures = '> 1' }", "a.toml:1: weight: is missing: the rule does"),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nweight = 1\naction = \"mimic\"",
      "a.toml:5: action: the rule has weight as well"
    ),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nweight = 1\nover = \"mimic\"",
      "a.toml:5: over: the rule has no limit"
    ),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\naction = \"kill\"",
      "a.toml:4: action: unknown value \"kill\""
    ),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nlimit = \"8 per /32\"",
      "a.toml:4: limit: \"8 per /32\" is no limit; write it like \"8/2m per /32\""
    ),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nweight = 1001",
      "a.toml:4: weight: 1001.0 is out of range; write -1000 to 1000"
    ),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nweight = 0.0001",
      "a.toml:4: weight: 0.0001 has more than three decimals"
    ),
    ("name = \"a\"\nwhen = { failures = '> 1' }\nweight = \"1\"", "a.toml:4: weight: is a string"),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nweight = 1\nmode = \"on\"",
      "a.toml:5: mode: unknown value \"on\""
    ),
    (
      "name = \"a\"\nwhen = { failures = '> 1' }\nweight = 1\nwieght = 1",
      "a.toml:5: unknown key wieght in [[rule]]; did you mean weight?"
    ),
    (
      "name = \"a\"\nweight = 1\n[rule.when]\nfailurs = '> 1'\nhops = '> 3'",
      "a.toml:5: unknown key failurs in when; did you mean failures?"
    ),
    (
      "name = \"a\"\nwhen = { failures = 'many' }\nweight = 1", "a.toml:3: failures: \"many\" is no"
    ),
    ("name = \"a\"\nwhen = { failures = 3 }\nweight = 1", "a.toml:3: failures: is a whole number"),
    ("name = \"a\"\nwhen = { failures = [] }\nweight = 1", "a.toml:3: failures: is an empty array"),
    (
      "name = \"a\"\nwhen = { printable = '> 100%' }\nweight = 1", "a.toml:3: printable: \"> 100%\""
    ),
    ("name = \"a\"\nwhen = { first-byte = '> 2' }\nweight = 1", "a.toml:3: first-byte: \"> 2\" is"),
    (
      "name = \"a\"\nwhen = { standing = ['fresh', 'good'] }\nweight = 1",
      "a.toml:3: standing: unknown value \"good\"; write some of \"known\", \"fresh\""
    ),
    (
      "name = \"a\"\nwhen = { netdb = 'yes' }\nweight = 1", "a.toml:3: netdb: unknown value \"yes\""
    ),
    ("name = \"a\"\nwhen = { allowed = 'yes' }\nweight = 1", "a.toml:3: allowed: is a string, not"),
    ("name = \"a\"\nwhen = { syn = 'beos' }\nweight = 1", "a.toml:3: syn: unknown class \"beos\""),
    (
      "name = \"a\"\nwhen = { syn = '4:64:0:*' }\nweight = 1",
      "a.toml:3: syn: \"4:64:0:*\" is not a signature of eight fields"
    ),
    (
      "name = \"a\"\nwhen = { source = '203.0.113.7/24' }\nweight = 1",
      "a.toml:3: source: \"203.0.113.7/24\" is no network; write \"203.0.113.0/24\""
    ),
    (
      "name = \"a\"\nwhen = { source = 'example.org' }\nweight = 1",
      "a.toml:3: source: \"example.org\" is no network"
    ),
    (
      "name = \"a\"\nwhen = { source = ['@x'] }\nweight = 1",
      "a.toml:3: source: there is no list @x; add a [[list]] with name = \"x\""
    ),
    (
      "name = \"a\"\nweight = 1\nwhen = { source = [\n'203.0.113.7',\n'@x',\n] }",
      "a.toml:6: source: there is no list @x"
    ),
    (
      "name = \"a\"\nwhen = { first-flight = 'xyz' }\nweight = 1",
      "a.toml:3: first-flight: unknown word (character 1 of the pattern)"
    ),
    (
      "name = \"a\"\nwhen = { contains = '\"abc\"' }\nweight = 1",
      "a.toml:3: contains: the piece is shorter than 4 bytes; make it longer"
    ),
    (
      "name = \"a\"\nwhen = { contains = '\"abcd\" any{0,3} \"x\"' }\nweight = 1",
      "a.toml:3: contains: the piece has a run of variable length"
    ),
    (
      "name = \"a\"\nmode = \"enforce\"\nwhen = { first-flight = '\"SSH\"' }\naction = \"mimic\"",
      "a.toml:4: when: a would refuse 6.0e-08 of honest peers; at most 1.0e-09 is allowed; make"
    ),
    (
      "name = \"a\"\nmode = \"enforce\"\nwhen = { contains = '\"abcd\"' }\naction = \"mimic\"",
      "a.toml:4: when: a would refuse 6.0e-08 of honest peers"
    ),
    (
      "name = \"a\"\nmode = \"enforce\"\nwhen = { printable = '>= 10%' }\naction = \"mimic\"",
      "a.toml:4: when: a would refuse 1.0e+00 of honest peers; at most 1.0e-09 is allowed; make"
    ),
    (
      "name = \"a\"\nmode = \"enforce\"\nwhen = { first-flight = '05 01 00', length = '= 3' }\n"
        + "action = \"mimic\"",
      "a.toml:4: when: a would refuse 6.0e-08 of honest peers"
    ),
    (
      "name = \"a\"\nwhen = { source = [" + (0..<65).map { "'1.2.3.\($0)'" }.joined(separator: ",")
        + "] }\nweight = 1",
      "a.toml:3: source: there are 65 alternatives"
    ),
  ])
  func aFaultIsFoundAtItsLine(text: String, expected: String) throws {
    let found = try ruleFaults([("a.toml", "[[rule]]\n" + text)])
    #expect(found.count == 1, "\(found)")
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test func aRuleIsReadAsItIsWritten() throws {
    let text = """
      [[rule]]
      name = "a"
      about = "words"
      mode = "enforce"
      when = { syn = ["zmap", "4:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0"], \
      standing = "fresh", source = ["@list", "203.0.113.0/24"], hops = ["< 3", "20..30"], \
      allowed = false }
      limit = "8/2m per /24"
      over = "close"
      [[list]]
      name = "list"
      file = "list.txt"
      [score]
      refuse-from = 10.5
      mode = "enforce"
      """
    let loaded = try loadRules([("a.toml", text), ("list.txt", "192.0.2.0/24 # x\n\n::1\n")])
    let rule = try #require(loaded.rules.first?.definition)
    #expect(rule.name == "a")
    #expect(rule.mode == .enforce)
    #expect(rule.phase == .arrival)
    #expect(rule.conditions.syn?.classes == [.zmap])
    #expect(rule.conditions.syn?.patterns.count == 1)
    #expect(rule.conditions.source?.lists == ["list"])
    #expect(rule.conditions.source?.prefixes.map(\.description) == ["203.0.113.0/24"])
    #expect(
      rule.conditions.numbers == [
        FeatureCondition(.standing, [FeatureRange(1, 1)]),
        FeatureCondition(.allowed, [FeatureRange(0, 0)]),
        FeatureCondition(.hops, [FeatureRange(0, 2), FeatureRange(20, 30)]),
      ]
    )
    let hour = RuleLimit(
      count: 8,
      periodNanoseconds: 120_000_000_000,
      scope: .prefix(ipv4: 24, ipv6: 48),
      over: .close
    )
    #expect(rule.effect == .limit(hour))
    #expect(loaded.lists.first?.prefixes.prefixes.count == 2)
    #expect(loaded.score.refuseFrom == 10_500)
    #expect(loaded.score.mode == .enforce)
    #expect(loaded.networkCount == 2)
  }

  @Test func aRuleIsObservedUntilSomebodySaysMore() throws {
    let loaded = try loadRules([
      ("a.toml", "[[rule]]\nname = 'a'\nwhen = { failures = '> 3' }\naction = 'close'")
    ])
    #expect(loaded.rules.first?.definition.mode == .observe)
    #expect(loaded.score.refuseFrom == nil)
  }

  @Test(arguments: [
    ("[score]", "a.toml:1: refuse-from: is missing"),
    ("[score]\nrefuse-from = 0", "a.toml:2: refuse-from: a bound of 0.0 refuses peers"),
    ("[score]\nrefuse-from = 5\naction = 'x'", "a.toml:3: action: unknown value"),
    ("[score]\nrefuse-from = 5\nmod = 'x'", "a.toml:3: unknown key mod in [score]; did you mean"),
    ("score = 1", "a.toml:1: score: is a whole number, not a table"),
    ("[[list]]\nname = 'l'", "a.toml:1: file: is missing"),
    ("[[list]]\nfile = 'l.txt'", "a.toml:1: name: is missing"),
    ("[[list]]\nname = 'l'\nfile = ''", "a.toml:3: file: is empty or too long"),
    ("[[list]]\nname = 'l'\nfile = 'absent.txt'", "a.toml:3: file: the list absent.txt cannot be"),
    ("rule = 3", "a.toml:1: rule: is a whole number, not an array of tables"),
  ])
  func faultsOfListsAndScores(text: String, expected: String) throws {
    let found = try ruleFaults([("a.toml", text)])
    #expect(found.first?.hasPrefix(expected) == true, "\(found)")
  }

  @Test func badLinesOfAListAreNamed() throws {
    let list = "[[list]]\nname = 'l'\nfile = 'l.txt'\n"
    let found = try ruleFaults([("a.toml", list), ("l.txt", "1.2.3.4\n1.2.3.4/8\nhost\n")])
    #expect(
      found == [
        "l.txt:2: the address has bits behind the length /8; write 1.0.0.0/8",
        "l.txt:3: this is neither an address nor a network; write one a line, like 203.0.113.7 or "
          + "2001:db8::/32; no names, no ranges",
      ]
    )
    let many = try ruleFaults([
      ("a.toml", list), ("l.txt", String(repeating: "x\n", count: 500)),
    ])
    #expect(many.count == 65)
    #expect(many.contains { $0.hasPrefix("a.toml:3: file: 500 lines of l.txt are wrong, 64") })
  }

  @Test func tooManyOfAnythingIsRefused() throws {
    let rules = (0...256).map { (number: Int) -> String in
      "[[rule]]\nname = 'r\(number)'\nwhen = { failures = '> 1' }\nweight = 1\n"
    }
    let found = try ruleFaults([("a.toml", rules.joined())])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("a.toml:1025: more than 256 rules") == true, "\(found)")
    let pieces = (0..<33).map { (number: Int) -> String in
      "[[rule]]\nname = 'r\(number)'\nwhen = { contains = '\"piece\(number)\"' }\nweight = 1\n"
    }
    let contents = try ruleFaults([("a.toml", pieces.joined())])
    #expect(contents.first?.hasPrefix("a.toml:129: the rule r32: with this one") == true)
  }
}
