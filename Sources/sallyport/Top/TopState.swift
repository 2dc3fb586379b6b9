/// What somebody looks at in `top`, and what they are about to do: keys come in, wishes go out.
struct TopState: Equatable {
  /// By what sources are sorted.
  enum Order: Int, CaseIterable {
    case arrived
    case refused
    case admitted
    case failed
  }

  /// What has the keys.
  enum Mode: Equatable {
    /// The list.
    case list
    /// A span for a block is typed.
    case blockSpan(String)
    /// The reason for a block is typed.
    case blockReason(seconds: UInt64, String)
    /// An explanation is shown, from this line on.
    case page([String], from: Int)
  }

  /// What a key asks for.
  enum Wish: Equatable {
    case nothing
    case quit
    /// To be asked of the gate.
    case ask(AdminRequest)
  }

  /// The most that is typed into a line.
  private static let typedMaximum = 200

  var order = Order.arrived
  var showsNetworks = false
  var mode = Mode.list
  /// The chosen source; nil is the first one.
  var chosen: String?
  /// A word on what was done last.
  var message: String?

  /// The rows in their order.
  func rows(_ report: TopReport) -> [BusyRow] {
    let rows = showsNetworks ? report.networks : report.addresses
    return rows.sorted { left, right in
      let (one, other) = (value(left), value(right))
      return one != other
        ? one > other : (right.arrived, left.source) < (left.arrived, right.source)
    }
  }

  /// The chosen row.
  func row(_ report: TopReport) -> BusyRow? {
    let rows = rows(report)
    return rows.first { $0.source == chosen } ?? rows.first
  }

  private func value(_ row: BusyRow) -> UInt64 {
    switch order {
    case .arrived: row.arrived
    case .refused: row.refused
    case .admitted: row.admitted
    case .failed: row.failed
    }
  }

  /// Takes a key; what it asks for.
  mutating func press(_ key: TopKey, _ report: TopReport) -> Wish {
    switch mode {
    case .list: return pressInList(key, report)
    case .blockSpan(let text):
      switch Self.type(key, text) {
      case .goesOn(let text): mode = .blockSpan(text)
      case .cancelled: mode = .list
      case .done(let text): takeSpan(text)
      }
      return .nothing
    case .blockReason(let seconds, let text):
      switch Self.type(key, text) {
      case .goesOn(let text): mode = .blockReason(seconds: seconds, text)
      case .cancelled: mode = .list
      case .done(let text):
        mode = .list
        guard let row = row(report) else { return .nothing }
        return .ask(.enter(Self.wish(row.source, seconds: seconds, reason: text)))
      }
      return .nothing
    case .page(let lines, let first):
      switch key {
      case .down, .character("j"): mode = .page(lines, from: min(first + 1, lines.count - 1))
      case .up, .character("k"): mode = .page(lines, from: max(first - 1, 0))
      default: mode = .list
      }
      return .nothing
    }
  }

  private mutating func pressInList(_ key: TopKey, _ report: TopReport) -> Wish {
    message = nil
    let row = row(report)
    switch key {
    case .character("q"), .escape: return .quit
    case .tab, .character("n"):
      showsNetworks.toggle()
      chosen = nil
    case .right, .character("s"): turn(by: 1)
    case .left: turn(by: Order.allCases.count - 1)
    case .down, .character("j"): move(by: 1, report)
    case .up, .character("k"): move(by: -1, report)
    case .character("b"):
      guard let row else { return .nothing }
      chosen = row.source
      mode = .blockSpan("1h")
    case .character("u"):
      if let row { return .ask(.undo(network: row.source, origin: nil)) }
    case .enter, .character("w"):
      guard let row else { return .nothing }
      return .ask(.why(address: String(row.source.prefix { $0 != "/" })))
    default: break
    }
    return .nothing
  }

  private mutating func turn(by steps: Int) {
    order = Order(rawValue: (order.rawValue + steps) % Order.allCases.count) ?? .arrived
  }

  private mutating func move(by steps: Int, _ report: TopReport) {
    let rows = rows(report)
    let place = rows.firstIndex { $0.source == chosen } ?? 0
    let next = min(max(place + steps, 0), rows.count - 1)
    chosen = rows.indices.contains(next) ? rows[next].source : nil
  }

  private mutating func takeSpan(_ text: String) {
    if let seconds = PlainWords.seconds(text) {
      message = nil
      mode = .blockReason(seconds: seconds, "")
    } else {
      message = "a span is written like 90s, 15m, 2h or 7d"
    }
  }

  /// What a key makes of a line that is typed.
  private enum Typed {
    case goesOn(String)
    case done(String)
    case cancelled
  }

  private static func type(_ key: TopKey, _ text: String) -> Typed {
    switch key {
    case .enter: .done(text)
    case .escape: .cancelled
    case .backspace: .goesOn(String(text.dropLast()))
    case .character(let character) where text.utf8.count < typedMaximum:
      .goesOn(text + String(character))
    default: .goesOn(text)
    }
  }

  private static func wish(_ source: String, seconds: UInt64, reason: String) -> EntryWish {
    EntryWish(
      wish: "block",
      network: source,
      seconds: seconds,
      reason: reason.isEmpty ? "seen in top" : reason,
      origin: "top"
    )
  }
}
