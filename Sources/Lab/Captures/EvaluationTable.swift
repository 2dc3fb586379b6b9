/// The evaluation of the captures as a table, a line a capture, and what follows in all.
enum EvaluationTable {
  private static let header = [
    "capture", "label", "sources", "connections", "peers", "refused", "others", "at proof",
    "passed", "refused by",
  ]
  private static let numberColumns = 2...8

  /// The table of `rows` under a heading that says how far the rules are trusted.
  static func text(_ rows: [CaptureEvaluation.Row], _ trust: CaptureEvaluation.Trust) -> String {
    let cells = [header] + rows.map(cells)
    let widths = header.indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    let lines = cells.map { row in
      row.indices.map { column in
        let blanks = String(repeating: " ", count: widths[column] - row[column].count)
        if column == header.count - 1 { return row[column] }
        return numberColumns.contains(column) ? blanks + row[column] : row[column] + blanks
      }
      .joined(separator: "  ")
    }
    return ([heading(trust)] + lines + [sums(rows)]).joined(separator: "\n")
  }

  private static func heading(_ trust: CaptureEvaluation.Trust) -> String {
    switch trust {
    case .shipped: "The rules as they are shipped:"
    case .enforced: "Everything that watches, enforced:"
    }
  }

  private static func cells(_ row: CaptureEvaluation.Row) -> [String] {
    let others = row.connections - row.honest
    return [
      row.capture.rawValue, row.capture.label.rawValue, "\(row.sources)", "\(row.connections)",
      "\(row.honest)", "\(row.refusedHonest)", "\(others)", "\(row.reachedProof)",
      "\(row.admitted)", causes(row),
    ]
  }

  private static func causes(_ row: CaptureEvaluation.Row) -> String {
    let refusals = row.refusals.sorted { ($1.value, $0.key) < ($0.value, $1.key) }
    let knocks = row.knocks.sorted { $0.key < $1.key }.map { "no connection: \($0) \($1)" }
    return (refusals.map { "\($0) \($1)" } + knocks).joined(separator: ", ")
  }

  private static func sums(_ rows: [CaptureEvaluation.Row]) -> String {
    func sum(_ value: (CaptureEvaluation.Row) -> Int) -> Int { rows.reduce(0) { $0 + value($1) } }
    let others = sum { $0.connections - $0.honest }
    return """
      False refusals: \(sum(\.refusedHonest)) of \(sum(\.honest)) peers. Misses: \
      \(sum(\.reachedProof)) of \(others) others before the proof, \(sum(\.admitted)) after it.
      """
  }
}
