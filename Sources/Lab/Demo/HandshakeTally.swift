/// How honest handshakes went.
struct HandshakeTally: Equatable, Sendable {
  /// No phase of a demonstration makes more.
  private static let timesMax = 100_000

  /// Handshakes begun and ended.
  private(set) var tried = 0
  private var nanoseconds: [UInt64] = []

  /// Handshakes that the router accepted.
  var established: Int { nanoseconds.count }
  /// The middle one of all that were accepted; nil without any.
  var medianNanoseconds: UInt64? {
    nanoseconds.isEmpty ? nil : nanoseconds.sorted()[nanoseconds.count / 2]
  }
  /// The longest that was accepted; nil without any.
  var worstNanoseconds: UInt64? { nanoseconds.max() }

  /// Both together.
  static func + (left: HandshakeTally, right: HandshakeTally) -> HandshakeTally {
    var sum = left
    sum.tried += right.tried
    sum.nanoseconds += right.nanoseconds
    return sum
  }

  /// Adds one handshake.
  mutating func add(_ result: HandshakeResult) {
    add(establishedAfter: result.end == .established ? result.establishedAfterNanoseconds : nil)
  }

  /// Adds one handshake that was accepted after so many nanoseconds; nil: it was not.
  mutating func add(establishedAfter after: UInt64?) {
    guard tried < Self.timesMax else { return }
    tried += 1
    if let after { nanoseconds.append(after) }
  }
}
