import Filter
import Wire

/// The lines of a demonstration; none is longer than 100 columns.
enum DemoText {
  /// The widest line.
  static let columns = 100
  /// The reasons shown of each second.
  private static let reasonsShown = 3

  private static let indent = "     "
  private static let separator = " | "

  /// What the lines of a phase mean, once at the start.
  static let legend = """
    Two lines a second. First: connections that the flood makes, and at the gate: let through to the
    router, handshakes completed, open, held (silent so far); then what router and gate cost.
    Second: what the gate refused in that second, and honest handshakes of this phase so far, from
    known addresses and from never seen ones (new): done/tried, median and longest in ms.
    """

  /// The line above a phase.
  static func heading(_ phase: DemoPlan.Phase, ratePerSecond: Double) -> String {
    let state = phase.guardState == .guarded ? "with the gate" : "WITHOUT the gate"
    guard let flood = phase.flood else { return "\n== \(phase.name), \(state), \(phase.seconds) s" }
    return "\n== \(flood.rawValue), \(state): \(flood.meaning), "
      + "\(Int(ratePerSecond)) a second for \(phase.seconds) s"
  }

  /// The two lines of a second.
  static func lines(second: Int, _ now: DemoSample, since before: DemoSample) -> [String] {
    var first = pad("\(second) s", 5) + pad("\(now.attempted &- before.attempted)/s", 8)
    var refused: [String] = []
    if let status = now.status, let earlier = before.status {
      first += " let in" + pad("\(status.count(.admit) &- earlier.count(.admit))", 5)
      first += " done" + pad("\(status.count(.complete) &- earlier.count(.complete))", 4)
      first += " open" + pad("\(status.open)", 6) + " held" + pad("\(status.held)", 6)
      refused = status.reasons(of: .refuse, since: earlier).prefix(reasonsShown)
        .map { "\($0.reason) \($0.count)" }
    }
    first += " | router" + percent(now.routerPercent(since: before))
    if let router = now.router {
      first += pad(megabytes(router.residentBytes), 6)
      first += pad("\(router.openDescriptors)", 6) + " fds"
    }
    if now.gate != nil { first += " | gate" + percent(now.gatePercent(since: before)) }
    let honest =
      "known " + handshakes(now.honest.known) + "  new " + handshakes(now.honest.new)
    let room = max(columns - indent.count - separator.count - honest.count, 0)
    while refused.count > 1, refused.joined(separator: ", ").count > room { refused.removeLast() }
    let reasons = String(refused.joined(separator: ", ").prefix(room))
    return [first, indent + pad(reasons, -room) + separator + honest]
  }

  /// `12/12 3/10 ms`.
  static func handshakes(_ tally: HandshakeTally) -> String {
    guard let median = tally.medianNanoseconds, let worst = tally.worstNanoseconds else {
      return "\(tally.established)/\(tally.tried)"
    }
    return "\(tally.established)/\(tally.tried) \(milliseconds(median))/\(milliseconds(worst)) ms"
  }

  /// Whole milliseconds from 10 on, else one decimal.
  static func milliseconds(_ nanoseconds: UInt64) -> String {
    let tenths = (nanoseconds + 50_000) / 100_000
    return tenths >= 100 ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
  }

  /// `37M`.
  static func megabytes(_ bytes: UInt64) -> String { "\(bytes >> 20)M" }

  /// ` 12%`, in five columns.
  static func percent(_ value: Double?) -> String {
    pad(value.map { "\(Int($0.rounded()))%" } ?? "-", 5)
  }

  /// `text` in at least `width` columns, to the right; to the left when `width` is negative.
  static func pad(_ text: String, _ width: Int) -> String {
    let space = String(repeating: " ", count: max(abs(width) - text.count, 0))
    return width < 0 ? text + space : space + text
  }
}

extension FloodKind {
  /// What its connections do, in words.
  var meaning: String {
    switch self {
    case .silent: "connects and says nothing"
    case .connectAndClose: "connects and closes"
    case .stratum: "speaks as a miner does"
    case .garbage: "says random bytes"
    case .firstFlight: "an honest first message, then nothing"
    case .replay: "the same honest first message each time"
    case .dribble: "a random byte now and then"
    }
  }
}
