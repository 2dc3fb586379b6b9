internal import Filter
internal import Foundation

/// Reads the rule files: every `*.toml` of the directory with the shipped ones and of the local
/// one, in the order of their names.
///
/// A local file takes the place of a shipped one of the same name, and a local signature, rule or
/// list that of a shipped one.
struct RuleFiles {
  /// What was read so far.
  private(set) var rules = LoadedRules()
  /// What is wrong so far.
  private(set) var faults: [Fault] = []

  /// Reads `directory` and, before it, the shipped files; `origin` is where the directory was
  /// named, for a fault about itself. Without a shipped directory, there is nothing shipped.
  /// - Throws: `FaultReport` with everything that is wrong.
  static func load(
    directory: String,
    shipped: String? = nil,
    origin: Fault
  ) throws(FaultReport) -> LoadedRules {
    var reader = RuleFiles()
    reader.read(directory: directory, shipped: shipped, origin: origin)
    guard reader.faults.isEmpty else { throw FaultReport(faults: reader.faults.sorted()) }
    return reader.rules
  }

  private mutating func read(directory: String, shipped: String?, origin: Fault) {
    let local = names(in: directory, origin: origin)
    if let shipped, shipped != directory, FileManager.default.fileExists(atPath: shipped) {
      let names = names(in: shipped, origin: origin).filter { !local.contains($0) }
      read(names, in: shipped, isShipped: true)
    }
    read(local, in: directory, isShipped: false)
    checkLists()
    guard faults.isEmpty else { return }
    compile(directory, origin)
  }

  private mutating func names(in directory: String, origin: Fault) -> [String] {
    var fault = origin
    do {
      let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        .filter { $0.hasSuffix(".toml") && !$0.hasPrefix(".") }.sorted()
      guard names.count > ConfigurationLimits.ruleFiles else { return names }
      fault.problem = "more than \(ConfigurationLimits.ruleFiles) rule files in \(directory)"
      fault.remedy = "join some of them"
    } catch {
      fault.problem = "the rules directory \(directory) cannot be read"
      fault.remedy = "create it and copy the shipped rules there, or name another one"
    }
    faults.append(fault)
    return []
  }

  private mutating func read(_ names: [String], in directory: String, isShipped: Bool) {
    rules.fileCount += names.count
    for name in names {
      let collector = FaultCollector(file: "\(directory)/\(name)")
      if let document = Document(path: collector.file, faults: collector) {
        read(document, isShipped: isShipped, faults: collector)
      }
      faults += collector.faults
    }
  }

  private mutating func read(_ document: Document, isShipped: Bool, faults: FaultCollector) {
    var root = TableReader(name: "the file", line: 1, entries: document.root, faults: faults)
    func origin(_ table: TableReader) -> RuleOrigin {
      RuleOrigin(file: document.file, line: table.line, isShipped: isShipped)
    }
    for table in root.tables("signature") {
      guard let read = SignatureReader.read(table, origin: origin(table)) else { continue }
      let bound = SignatureLimits.signatures
      guard Self.put(read, among: &rules.signatures, "signature", bound, faults) else { break }
    }
    for table in root.tables("list") {
      guard
        let read = ListReader.read(table, origin: origin(table), listFaults: &self.faults)
      else { continue }
      guard Self.put(read, among: &rules.lists, "list", RuleLimits.lists, faults) else { break }
    }
    for table in root.tables("rule") {
      let shipped = rules.rules
      let read = RuleReader.read(table, origin: origin(table)) { name in
        shipped.first { !isShipped && $0.name == name && $0.origin.isShipped }
      }
      guard let read else { continue }
      guard Self.put(read, among: &rules.rules, "rule", RuleLimits.rules, faults) else { break }
    }
    let remedy = "write a line [score] and the keys below it"
    if let table = root.writtenTable("score", name: "[score]", remedy: remedy) {
      rules.score = ScoreSettings(table)
      rules.scoreOrigin = origin(table)
    }
    root.finish()
  }

  /// Puts `item` among `items`, in the place of a shipped one of its name; false when there are too
  /// many.
  private static func put<Item: NamedInRuleFile>(
    _ item: Item,
    among items: inout [Item],
    _ kind: String,
    _ maximum: Int,
    _ faults: FaultCollector
  ) -> Bool {
    if let place = items.firstIndex(where: { $0.name == item.name }) {
      let other = items[place].origin
      if other.isShipped, !item.origin.isShipped {
        items[place] = item
        return true
      }
      faults.note(
        line: item.origin.line,
        "the \(kind) \(item.name) exists already, at \(other.file):\(other.line)",
        "give one of the two another name"
      )
    }
    guard items.count < maximum else {
      faults.note(
        line: item.origin.line,
        "more than \(maximum) \(kind)s in all files",
        "remove some"
      )
      return false
    }
    items.append(item)
    return true
  }
}

// MARK: - What the files say together

extension RuleFiles {
  /// Lists may stand in other files than the rules that name them.
  private mutating func checkLists() {
    for rule in rules.rules {
      for (name, line) in rule.lists where !rules.lists.contains(where: { $0.name == name }) {
        let known = rules.lists.map { "@\($0.name)" }.joined(separator: ", ")
        let remedy =
          known.isEmpty
          ? "add a [[list]] with name = \"\(name)\" and its file" : "the lists here are \(known)"
        faults.append(
          Fault(
            file: rule.origin.file,
            line: line,
            problem: "source: there is no list @\(name)",
            remedy: remedy
          )
        )
      }
    }
  }

  /// Compiles everything, once for all shards: some faults only show in all of it.
  private mutating func compile(_ directory: String, _ origin: Fault) {
    var fault = origin
    let signatures: SignatureSet
    do throws(SignatureFault) {
      signatures = try SignatureSet(rules.definitions)
    } catch {
      fault.problem = "the rules of \(directory) together have too many states"
      fault.remedy = "use fewer repetitions of variable length such as any{0,64}"
      return faults.append(fault)
    }
    do throws(RuleProgramFault) {
      rules.program = SharedRules(try RuleProgram(rules.book), signatures: signatures)
    } catch {
      faults.append(error.fault(in: rules, origin: origin))
    }
  }
}

extension RuleProgramFault {
  /// The fault at the rule that it speaks of, or at `origin` when it speaks of all.
  func fault(in rules: LoadedRules, origin: Fault) -> Fault {
    func fault(_ rule: Int?, _ problem: String, _ remedy: String) -> Fault {
      guard let rule, rules.rules.indices.contains(rule) else {
        return Fault(file: origin.file, line: origin.line, problem: problem, remedy: remedy)
      }
      let place = rules.rules[rule].origin
      let text = "the rule \(rules.rules[rule].name): \(problem)"
      return Fault(file: place.file, line: place.line, problem: text, remedy: remedy)
    }
    return switch self {
    case .tooMany(let rule):
      fault(
        rule,
        "with this one there are too many: all rules together may name \(RuleLimits.synPatterns) "
          + "signatures in syn and \(RuleLimits.contents) pieces in contains",
        "remove some"
      )
    case .tooManyPrefixes:
      fault(
        nil,
        "the lists hold more than \(RuleLimits.prefixes) networks",
        "join neighbouring networks, or leave a list out"
      )
    case .tooManySourceCombinations:
      fault(nil, "the lists overlap in too many ways", "join lists that are used alike")
    case .unknownList(let rule, let name):
      fault(rule, "there is no list @\(name)", "add a [[list]] with this name")
    case .unusableContent(let rule, let content):
      fault(rule, "contains: \(content.explanation)", content.remedy)
    case .tooComplex:
      fault(
        nil,
        "the first-flight patterns of all rules together have too many states",
        "use fewer repetitions of variable length such as any{0,64}"
      )
    case .tooLikely(let rule, let chance):
      fault(
        rule,
        "it would refuse \(Chance.text(chance)) of honest peers",
        "make the bytes longer"
      )
    }
  }
}

extension ScoreSettings {
  /// Reads `[score]`.
  init(_ table: TableReader) {
    self.init()
    var reader = table
    refuseFrom = reader.thousandths("refuse-from", maximum: .max)
    if let mode = reader.choice("mode", of: RuleWords.modes) { self.mode = mode }
    if let action = reader.choice("action", of: RuleWords.actions) { self.action = action }
    if !reader.has("refuse-from") {
      reader.refuse("refuse-from", "is missing", "add refuse-from = 10.0")
    } else if let bound = refuseFrom, bound <= 0 {
      reader.refuse(
        "refuse-from",
        "a bound of \(Double(bound) / 1_000) refuses peers that nothing speaks against",
        "write more than 0"
      )
    }
    reader.finish()
  }
}
