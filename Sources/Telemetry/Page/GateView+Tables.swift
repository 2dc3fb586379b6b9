internal import Wire

extension GateView {
  /// The most reasons that get a line of their own.
  private static let mostReasons = 8
  /// How many parts of the span the table of numbers has.
  private static let tableRows = 12

  /// Why peers were refused, as a table with bars.
  var reasons: Markup {
    let refusals = refusals
    let all = refusals.reduce(0) { $0 &+ $1.count }
    let most = refusals.first?.count ?? 1
    let rows: [Markup] = refusals.prefix(Self.mostReasons).map { row -> Markup in
      let word = names.reasons[row.reason]
      let width = Double(row.count) / Double(most) * 100
      return """
        <tr><th scope="row"><code>\(word)</code><small>\(words.reasons[row.reason])</small></th>\
        <td>\(Quantity.count(row.count))</td><td>\(Quantity.share(row.count, of: all))</td>\
        <td class="bar"><svg aria-hidden="true"><rect class="refused" \
        width="\(Int(width))%" height="100%"/></svg></td></tr>
        """
    }
    let rest = refusals.dropFirst(Self.mostReasons)
    let others: Markup =
      rest.isEmpty
      ? ""
      : """
      <tr><th scope="row">\(rest.count) others</th>\
      <td>\(Quantity.count(rest.reduce(0) { $0 &+ $1.count }))</td>\
      <td>\(Quantity.share(rest.reduce(0) { $0 &+ $1.count }, of: all))</td><td></td></tr>
      """
    let table: Markup =
      rows.isEmpty
      ? "<p class=\"none\">Nobody was refused.</p>"
      : """
      <table class="reasons"><thead class="unseen"><tr><th scope="col">Reason</th>\
      <th scope="col">Count</th><th scope="col">Share</th><th scope="col">Bar</th></tr></thead>\
      <tbody>\(rows)\(others)</tbody></table>
      """
    return """
      <div class="card" id="\(id("reasons"))"><div class="caption"><h3>Refused</h3>\
      <small>by reason, last \(span.name)</small></div>\(table)</div>

      """
  }

  /// The same numbers as the pictures, in twelve parts.
  var numbers: Markup {
    let shown = (verdicts(decisions: true) + verdicts(decisions: false)).filter {
      count($0, in: total) > 0
    }
    let heads: [Markup] = shown.map { "<th scope=\"col\">\(words.verdicts[$0].name)</th>" }
    let size = periods.count / Self.tableRows
    let rows: [Markup] = (0..<Self.tableRows).reversed().map { part -> Markup in
      let slice = Array(periods[part * size..<(part + 1) * size])
      return row(slice, shown, from: periods.count - part * size)
    }
    return """
      <details id="\(id("numbers"))"><summary>\(name) in numbers</summary><div class="card wide" \
      tabindex="0"><table class="numbers"><caption>The last \(span.name) in twelve parts; of what \
      is held the highest value</caption><thead><tr><th scope="col">From</th>\(heads)\
      <th scope="col">Held</th><th scope="col">Sessions</th><th scope="col">Stage</th>\
      <th scope="col">Answers</th><th scope="col">Half</th><th scope="col">95 of 100</th></tr>\
      </thead><tbody>\(rows)</tbody></table></div></details>

      """
  }

  private func row(_ slice: [HistoryPeriod], _ shown: [Int], from back: Int) -> Markup {
    let ago = UInt64(back) * span.periodNanoseconds
    let head: Markup = "<th scope=\"row\">\(Quantity.age(ago)) ago</th>"
    guard let sum = slice.total else {
      return "<tr>\(head)<td colspan=\"\(shown.count + 6)\">not running</td></tr>"
    }
    let counts: [Markup] = shown.map { "<td>\(Quantity.count(count($0, in: sum)))</td>" }
    let answers = sum[.routerAnswer]
    return """
      <tr>\(head)\(counts)<td>\(Quantity.count(sum[.held]))</td>\
      <td>\(Quantity.count(sum[.sessions]))</td><td>\(stage(in: sum))</td>\
      <td>\(Quantity.count(answers.count))</td><td>\(answers.text(0.5))</td>\
      <td>\(answers.text(0.95))</td></tr>
      """
  }
}
