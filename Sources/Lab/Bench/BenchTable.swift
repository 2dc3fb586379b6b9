/// Lines of a bench as a table of at most 100 columns, their notes below it.
enum BenchTable {
  private static let columnsMax = 100
  private static let header = [
    "name", "value", "unit", "peer", "peer's", "ratio", "bound", "kept",
  ]
  /// The widths that all columns but the name and the peer have; those two get what they need.
  private static let gap = "  "

  /// The table as text.
  static func text(_ lines: [BenchLine]) -> String {
    let rows = [header] + lines.map(cells)
    let widths = header.indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
    let table = rows.map { row in
      let cells = row.indices.map { padded(row[$0], to: widths[$0], isNumber: isNumber($0)) }
      return trimmed(cells.joined(separator: gap))
    }
    let notes = lines.filter { !$0.note.isEmpty }.flatMap { wrapped("\($0.name): \($0.note)") }
    return (table + (notes.isEmpty ? [] : [""]) + notes).joined(separator: "\n")
  }

  private static func cells(_ line: BenchLine) -> [String] {
    [
      line.name, number(line.value), line.unit, line.peer ?? "", number(line.peerValue),
      number(line.ratio), bound(line.bound), kept(line.isWithinBound),
    ]
  }

  private static func isNumber(_ column: Int) -> Bool { [1, 4, 5, 6].contains(column) }

  private static func number(_ value: Double?) -> String {
    guard let value else { return "" }
    guard value.isFinite else { return "-" }
    let steps: Double = abs(value) >= 1_000 ? 1 : abs(value) >= 10 ? 10 : 1_000
    let rounded = Report.rounded(value, to: steps)
    return rounded == rounded.rounded() ? "\(Int(rounded))" : "\(rounded)"
  }

  private static func bound(_ bound: BenchLine.Bound?) -> String {
    switch bound {
    case .ratioAtMost(let most): "<= \(number(most))x"
    case .ratioAtLeast(let least): ">= \(number(least))x"
    case .valueAtMost(let most): "<= \(number(most))"
    case .valueAtLeast(let least): ">= \(number(least))"
    case nil: ""
    }
  }

  private static func kept(_ isWithinBound: Bool?) -> String {
    switch isWithinBound {
    case true: "yes"
    case false: "NO"
    case nil: ""
    }
  }

  private static func padded(_ text: String, to width: Int, isNumber: Bool) -> String {
    let blanks = String(repeating: " ", count: max(width - text.count, 0))
    return isNumber ? blanks + text : text + blanks
  }

  private static func trimmed(_ text: String) -> String {
    String(text.reversed().drop { $0 == " " }.reversed())
  }

  private static func wrapped(_ text: String) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.count + 1 + word.count > columnsMax {
        lines.append(line)
        line = "  " + word
      } else {
        line += line.isEmpty ? "\(word)" : " \(word)"
      }
    }
    return lines + [line]
  }
}
