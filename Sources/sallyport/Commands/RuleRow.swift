internal import Filter

/// A signature or a rule as `sallyport rules` shows it, also with `--json`.
struct RuleRow: Encodable {
  /// `signature` or `rule`.
  var kind: String
  /// Its name.
  var name: String
  /// How far it is trusted.
  var mode: String
  /// What it does: an action, a weight or a limit.
  var action: String
  /// When it is asked.
  var phase: String
  /// Its conditions, as they are written; empty for a signature.
  var when: String
  /// Its chance of matching random bytes; absent when it asks for no bytes.
  var chance: Double?
  /// The path of its file.
  var file: String
  /// The line where it stands.
  var line: Int
  /// How often it matched at the running gate; absent when none has it in force.
  var hits: RuleHits?

  /// The row of a signature.
  init(_ signature: LoadedSignature) {
    kind = "signature"
    name = signature.name
    mode = "\(signature.definition.mode.word)"
    action = "\(signature.definition.action.word)"
    phase = "\(RulePhase.firstFlight.word)"
    when = ""
    chance = signature.chance
    file = signature.origin.file
    line = signature.origin.line
  }

  /// The row of a rule.
  init(_ rule: LoadedRule) {
    kind = "rule"
    name = rule.name
    mode = "\(rule.definition.mode.word)"
    phase = "\(rule.definition.phase.word)"
    when = rule.when
    chance = rule.chance
    file = rule.origin.file
    line = rule.origin.line
    action = Self.does(rule.definition.effect)
  }

  /// What follows from a rule, in a word or two.
  static func does(_ effect: RuleEffect) -> String {
    switch effect {
    case .weight(let thousandths): weight(thousandths, signed: true)
    case .act(let act): "\(act.word)"
    case .limit(let limit): "\(limit), else \(limit.over.word)"
    }
  }

  /// A weight for people, e.g. `+4` or `-2.5`.
  static func weight(_ thousandths: Int32, signed: Bool = false) -> String {
    let sign = thousandths < 0 ? "-" : signed ? "+" : ""
    let whole = thousandths.magnitude / 1_000
    var decimals = String(thousandths.magnitude % 1_000 + 1_000).dropFirst()
    while decimals.hasSuffix("0") { decimals = decimals.dropLast() }
    return decimals.isEmpty ? "\(sign)\(whole)" : "\(sign)\(whole).\(decimals)"
  }

  /// The rows as lines of equal columns, with a heading; a rule's conditions stand on a line below.
  static func table(_ rows: [RuleRow]) -> [String] {
    let isLive = rows.contains { $0.hits != nil }
    let live = isLive ? ["MET", "REFUSED"] : []
    let heading = ["NAME", "MODE", "DOES", "ASKED AT", "CHANCE"] + live + ["WHERE"]
    let cells = [heading] + rows.map { $0.cells(isLive: isLive) }
    let widths = heading.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { cells in
      zip(cells, widths).map { cell, width in
        cell + String(repeating: " ", count: width - cell.count)
      }.joined(separator: "  ")
    }
    var table = [trimmed(lines[0])]
    for (row, line) in zip(rows, lines.dropFirst()) {
      table.append(trimmed(line))
      if !row.when.isEmpty { table.append("    when \(row.when)") }
    }
    return table
  }

  /// Takes its own of what a gate counted.
  mutating func take(_ all: [RuleHits]) {
    hits = all.first { $0.kind == kind && $0.name == name }
  }

  private func cells(isLive: Bool) -> [String] {
    let live = isLive ? [hits.map { "\($0.matched)" } ?? "-", refusals] : []
    return [name, mode, action, phase, chance.map(Chance.text) ?? "-"] + live + ["\(file):\(line)"]
  }

  /// How many were refused for it, or would have been.
  private var refusals: String {
    guard let hits else { return "-" }
    return hits.wouldRefuse > 0 ? "\(hits.refused) (+\(hits.wouldRefuse))" : "\(hits.refused)"
  }

  private static func trimmed(_ line: String) -> String {
    var line = line[...]
    while line.hasSuffix(" ") { line = line.dropLast() }
    return String(line)
  }
}
