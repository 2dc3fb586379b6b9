internal import Filter
internal import Wire

/// What a rehearsal decided, and whom it would have hit.
struct RehearsalReport {
  /// One connection of the capture.
  struct Connection: Encodable {
    /// The peer's address and port.
    var peer: String
    /// Nanoseconds since 1970 when the gate would have taken it.
    var openedNanoseconds: UInt64
    /// `refuse` or `admit`; nil while undecided at the end of the capture.
    var verdict: String?
    /// The reason's word.
    var reason: String?
    /// The rule that refused it, if one did.
    var rule: String?
    /// Why it would have been refused, were every rule enforced; nil when it would not, or was.
    var watched: String?
    /// What its first packet looked like.
    var sender: String
    /// The first packet's signature.
    var signature: String?
    /// Whether its address had completed a handshake before.
    var isKnown: Bool
    /// Whether the router of the capture took its handshake.
    var becameSession = false
    /// Bytes of the peer.
    var bytes = 0
    /// Milliseconds from the accept to the first byte.
    var firstByteMilliseconds: UInt64?
  }

  /// How often something was decided.
  struct Line: Encodable, Equatable {
    var verdict: String
    var reason: String
    var count: Int
  }

  /// What one rule matched.
  struct Rule: Encodable, Equatable {
    /// `signature` or `rule`.
    var kind: String
    var name: String
    var refused = 0
    /// Connections that met it and were not refused for it.
    var observed = 0
    /// Of those, connections that it would have refused, were it enforced.
    var wouldRefuse = 0
    /// Of all that met it, connections that the router of the capture took.
    var sessions = 0
  }

  /// The most connections: the capture is not read on behind them.
  static let connectionsMaximum = 1_000_000

  /// Every connection, in the order of the capture.
  private(set) var connections: [Connection] = []
  /// Rules that matched, by their index.
  private(set) var rules: [Rule]
  /// What became of handshakes that were let through.
  private(set) var outcomes: [Line] = []
  /// Where the rules begin in `rules`, behind the signatures.
  private let firstRule: Int
  private var current: [ConnectionKey: Int] = [:]
  private var matches: [Int: [Int]] = [:]

  /// An empty report for signatures and rules of these names.
  init(signatures: [String], rules: [String]) {
    firstRule = signatures.count
    self.rules =
      signatures.map { Rule(kind: "signature", name: $0) }
      + rules.map { Rule(kind: "rule", name: $0) }
  }

  /// A connection came; its number.
  mutating func open(
    _ key: ConnectionKey,
    _ fingerprint: SynFingerprint?,
    isKnown: Bool,
    at now: Instant
  ) -> Int {
    connections.append(
      Connection(
        peer: "\(key.peer)",
        openedNanoseconds: now.nanoseconds,
        sender: "\(fingerprint?.senderClass.word ?? "none")",
        signature: fingerprint?.description,
        isKnown: isKnown
      )
    )
    current[key] = connections.count - 1
    return connections.count - 1
  }

  /// Whether no more connections are kept.
  var isFull: Bool { connections.count >= Self.connectionsMaximum }

  /// A connection was decided on.
  mutating func decide(_ number: Int, _ verdict: Verdict, _ reason: Reason) {
    connections[number].verdict = "\(verdict.word)"
    connections[number].reason = "\(reason.word)"
  }

  /// A handshake that was let through came to its end.
  mutating func conclude(_ verdict: Verdict, _ reason: Reason) {
    let line = Line(verdict: "\(verdict.word)", reason: "\(reason.word)", count: 1)
    let same = outcomes.firstIndex { $0.verdict == line.verdict && $0.reason == line.reason }
    guard let same else { return outcomes.append(line) }
    outcomes[same].count += 1
  }

  /// The rules had something to say of a connection.
  mutating func found(_ findings: RuleFindings, _ number: Int) {
    for rule in findings.met { met(firstRule + rule, number) }
    for rule in findings.wouldRefuse { rules[firstRule + rule].wouldRefuse += 1 }
    if let reason = findings.watched { connections[number].watched = "\(reason.word)" }
  }

  /// A signature on probation matched a connection.
  mutating func observed(_ signature: Int, _ number: Int) {
    met(signature, number)
    rules[signature].wouldRefuse += 1
  }

  /// A signature or a rule refused a connection.
  mutating func ordered(_ order: RefusalOrder, _ number: Int) {
    switch order.origin {
    case .signature(let signature):
      met(signature, number)
      refused(signature, number)
    case .rule(let rule):
      refused(firstRule + rule, number)
    case .score:
      break
    }
  }

  private mutating func met(_ rule: Int, _ number: Int) {
    rules[rule].observed += 1
    if connections[number].becameSession { rules[rule].sessions += 1 }
    matches[number, default: []].append(rule)
  }

  /// Who is refused by a rule has met it before.
  private mutating func refused(_ rule: Int, _ number: Int) {
    rules[rule].observed -= 1
    rules[rule].refused += 1
    connections[number].rule = rules[rule].name
  }

  /// More bytes of a peer came.
  mutating func peerSent(_ number: Int, _ count: Int, at now: Instant) {
    if connections[number].bytes == 0 {
      let waited = now.nanoseconds &- connections[number].openedNanoseconds
      connections[number].firstByteMilliseconds = waited / Nanoseconds.perMillisecond
    }
    connections[number].bytes += count
  }

  /// Bytes that a peer has sent.
  func bytesSeen(_ number: Int) -> Int { connections[number].bytes }

  /// The router of the capture took a connection.
  mutating func becameSession(_ key: ConnectionKey, at now: Instant) {
    guard let number = current[key], !connections[number].becameSession else { return }
    connections[number].becameSession = true
    for rule in matches[number] ?? [] { rules[rule].sessions += 1 }
  }

  /// Sums by verdict and reason, the largest first.
  var lines: [Line] {
    var counts: [String: Line] = [:]
    for connection in connections {
      let verdict = connection.verdict ?? "undecided"
      let reason = connection.reason ?? "capture-ended"
      let line = Line(verdict: verdict, reason: reason, count: 0)
      counts["\(verdict) \(reason)", default: line].count += 1
    }
    return (counts.values + outcomes).sorted {
      ($1.count, $0.verdict, $0.reason) < ($0.count, $1.verdict, $1.reason)
    }
  }

  /// Those who would have been refused as well, were every rule enforced.
  var watched: [Connection] { connections.filter { $0.watched != nil && $0.verdict != "refuse" } }

  /// Those who would have been refused.
  var refused: [Connection] { connections.filter { $0.verdict == "refuse" } }
}
