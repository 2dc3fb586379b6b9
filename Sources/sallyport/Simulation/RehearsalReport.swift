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
    var name: String
    var refused = 0
    var observed = 0
    /// Of both together, connections that the router of the capture took.
    var sessions = 0
  }

  /// Connections that are kept one by one; of later ones only the sums are.
  static let connectionsMaximum = 1_000_000

  /// Every connection, in the order of the capture.
  private(set) var connections: [Connection] = []
  /// Rules that matched, by their index.
  private(set) var rules: [Rule]
  /// What became of handshakes that were let through.
  private(set) var outcomes: [Line] = []
  private var current: [ConnectionKey: Int] = [:]
  private var matches: [Int: [Int]] = [:]

  /// An empty report for rules of these names.
  init(signatures: [String]) {
    rules = signatures.map { Rule(name: $0) }
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

  /// A rule matched a connection.
  mutating func matched(_ rule: Int, _ number: Int, isEnforced: Bool) {
    if isEnforced {
      rules[rule].refused += 1
      connections[number].rule = rules[rule].name
    } else {
      rules[rule].observed += 1
    }
    if connections[number].becameSession { rules[rule].sessions += 1 }
    matches[number, default: []].append(rule)
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

  /// Those who would have been refused.
  var refused: [Connection] { connections.filter { $0.verdict == "refuse" } }
}
