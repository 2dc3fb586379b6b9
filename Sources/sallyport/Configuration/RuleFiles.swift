internal import Filter
internal import Foundation

/// A signature with where it came from.
struct LoadedSignature: Sendable {
  /// The rule.
  let definition: SignatureDefinition
  /// Its chance of matching random bytes.
  let chance: Double
  /// The file's path.
  let file: String
  /// The line of its `[[signature]]`.
  let line: Int
}

/// The rules of a directory.
struct LoadedRules: Sendable {
  /// The signatures, by file name and then in the order of each file; a `SignatureSet` numbers them
  /// alike.
  var signatures: [LoadedSignature] = []
  /// How many files there are.
  var fileCount = 0

  /// The rules alone, to make a `SignatureSet` of.
  var definitions: [SignatureDefinition] { signatures.map(\.definition) }
}

/// Reads the rule files of a directory: every `*.toml`, in the order of their names.
struct RuleFiles {
  /// What was read so far.
  private(set) var rules = LoadedRules()
  /// What is wrong so far.
  private(set) var faults: [Fault] = []

  /// Reads `directory`; `origin` is where the directory was named, for a fault about itself.
  /// - Throws: `FaultReport` with everything that is wrong.
  static func load(directory: String, origin: Fault) throws(FaultReport) -> LoadedRules {
    var reader = RuleFiles()
    reader.read(directory: directory, origin: origin)
    guard reader.faults.isEmpty else { throw FaultReport(faults: reader.faults.sorted()) }
    return reader.rules
  }

  private mutating func read(directory: String, origin: Fault) {
    var fault = origin
    let names: [String]
    do {
      names = try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.sorted()
    } catch {
      fault.problem = "the rules directory \(directory) cannot be read"
      fault.remedy = "create it and copy the shipped rules there, or name another one"
      faults.append(fault)
      return
    }
    guard names.count <= ConfigurationLimits.ruleFiles else {
      fault.problem = "more than \(ConfigurationLimits.ruleFiles) rule files in \(directory)"
      fault.remedy = "join some of them"
      faults.append(fault)
      return
    }
    rules.fileCount = names.count
    for name in names {
      let collector = FaultCollector(file: "\(directory)/\(name)")
      if let document = Document(path: collector.file, faults: collector) {
        read(document, faults: collector)
      }
      faults += collector.faults
    }
    guard faults.isEmpty else { return }
    do {
      _ = try SignatureSet(rules.definitions)
    } catch {
      fault.problem = "the rules of \(directory) together have too many states"
      fault.remedy = "use fewer repetitions of variable length such as any{0,64}"
      faults.append(fault)
    }
  }

  private mutating func read(_ document: Document, faults: FaultCollector) {
    var root = TableReader(name: "the file", line: 1, entries: document.root, faults: faults)
    for table in root.tables("signature") {
      guard rules.signatures.count < SignatureLimits.signatures else {
        faults.note(
          line: table.line,
          "more than \(SignatureLimits.signatures) signatures in all files",
          "remove some"
        )
        break
      }
      guard let signature = SignatureReader.read(table, file: document.file) else { continue }
      let name = signature.definition.name
      if let other = rules.signatures.first(where: { $0.definition.name == name }) {
        faults.note(
          line: table.line,
          "the signature \(name) exists already, at \(other.file):\(other.line)",
          "give one of the two another name"
        )
      }
      rules.signatures.append(signature)
    }
    root.finish()
  }
}
