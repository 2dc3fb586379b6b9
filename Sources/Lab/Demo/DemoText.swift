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
    Under floods of datagrams: those let through on trial, flows admitted, cookies sent; honest are
    newcomers that behave as i2pd and as Java I2P do.
    """

  /// The line above a phase.
  static func heading(_ phase: DemoPlan.Phase, _ plan: DemoPlan) -> String {
    let state = phase.guardState == .guarded ? "with the gate" : "WITHOUT the gate"
    guard let flood = phase.flood else { return "\n== \(phase.name), \(state), \(phase.seconds) s" }
    let rate =
      switch flood {
      case .connections: plan.ratePerSecond
      case .datagrams: plan.datagramsPerSecond
      }
    return "\n== \(flood.name), \(state): \(flood.meaning), "
      + "\(Int(rate)) a second for \(phase.seconds) s"
  }

  /// The two lines of a second.
  static func lines(
    _ phase: DemoPlan.Phase,
    second: Int,
    _ now: DemoSample,
    since before: DemoSample
  ) -> [String] {
    var first = pad("\(second) s", 5) + pad("\(now.attempted &- before.attempted)/s", 8)
    var refused: [String] = []
    if let status = now.status, let earlier = before.status {
      first += phase.concernsNTCP2 ? connections(status, earlier) : datagrams(status, earlier)
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
      phase.concernsNTCP2
      ? "known " + handshakes(now.honest.known) + "  new " + handshakes(now.honest.new)
      : "i2pd " + handshakes(now.newcomers.i2pd.sessions) + "  Java "
        + handshakes(now.newcomers.java.sessions)
    let room = max(columns - indent.count - separator.count - honest.count, 0)
    while refused.count > 1, refused.joined(separator: ", ").count > room { refused.removeLast() }
    let reasons = String(refused.joined(separator: ", ").prefix(room))
    return [first, indent + pad(reasons, -room) + separator + honest]
  }

  private static func connections(_ now: GateStatus, _ before: GateStatus) -> String {
    " let in" + pad("\(now.count(.admit) &- before.count(.admit))", 5)
      + " done" + pad("\(now.count(.complete) &- before.count(.complete))", 4)
      + " open" + pad("\(now.open)", 6) + " held" + pad("\(now.held)", 6)
  }

  private static func datagrams(_ now: GateStatus, _ before: GateStatus) -> String {
    " on trial" + pad("\(now.count(.trial) &- before.count(.trial))", 4)
      + " admitted" + pad("\(now.count(.admit) &- before.count(.admit))", 4)
      + " cookies" + pad("\(now.count(.challenge) &- before.count(.challenge))", 6)
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

extension DatagramFloodKind {
  /// What its datagrams are, in words.
  var meaning: String {
    switch self {
    case .random: "junk"
    case .tokenRequest: "first messages in others' names"
    case .sessionRequest: "made-up tokens in others' names"
    case .replay: "a recorded handshake in others' names"
    }
  }
}
