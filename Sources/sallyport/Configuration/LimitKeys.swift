internal import Filter
internal import Wire

/// A key of `[limits]`: its name with the unit, its bounds, and the field that it sets.
struct LimitKey: Sendable {
  /// What a field counts.
  enum Field: Sendable {
    case count(any WritableKeyPath<LimitSettings, UInt32> & Sendable, ClosedRange<Int>)
    case time(any WritableKeyPath<LimitSettings, UInt64> & Sendable, ClosedRange<Double>)
  }

  /// The key as it is written.
  let name: String
  /// What it sets.
  let field: Field

  private static let rates = 1...10_000_000
  private static let connections = 1...1_048_576
  /// A source record counts them in 16 bits.
  private static let halfOpen = 1...65_535
  private static let records = 1_024...16_777_216

  /// Every key.
  static let all: [LimitKey] = [
    LimitKey("address-rate-per-second", \.addressRate.tokens, rates),
    LimitKey("address-rate-burst", \.addressRate.burst, rates),
    LimitKey("network-rate-per-second", \.networkRate.tokens, rates),
    LimitKey("network-rate-burst", \.networkRate.burst, rates),
    LimitKey("site-rate-per-second", \.siteRate.tokens, rates),
    LimitKey("site-rate-burst", \.siteRate.burst, rates),
    LimitKey("gate-rate-per-second", \.gateRate.tokens, rates),
    LimitKey("gate-rate-burst", \.gateRate.burst, rates),
    LimitKey("address-half-open", \.addressHalfOpen, halfOpen),
    LimitKey("network-half-open", \.networkHalfOpen, halfOpen),
    LimitKey("held-strangers", \.heldStrangers, connections),
    LimitKey("open-sessions", \.openSessions, connections),
    LimitKey("handshakes-in-flight", \.handshakesInFlight, 1...65_536),
    LimitKey("skewed-peers-per-second", \.skewedPeers.tokens, rates),
    LimitKey("skewed-peers-burst", \.skewedPeers.burst, rates),
    LimitKey("source-records", \.sourceRecords, records),
    LimitKey("replay-records", \.replayRecords, records),
    LimitKey("admission-wait-seconds", \.admissionWaitNanoseconds, 0.1...300),
    LimitKey("dial-timeout-seconds", \.dialTimeoutNanoseconds, 0.1...300),
    LimitKey("stall-timeout-seconds", \.stallTimeoutNanoseconds, 0.1...300),
    LimitKey("idle-timeout-seconds", \.idleTimeoutNanoseconds, 60...604_800),
  ]

  private init(
    _ name: String,
    _ path: any WritableKeyPath<LimitSettings, UInt32> & Sendable,
    _ range: ClosedRange<Int>
  ) {
    self.name = name
    field = .count(path, range)
  }

  private init(
    _ name: String,
    _ path: any WritableKeyPath<LimitSettings, UInt64> & Sendable,
    _ range: ClosedRange<Double>
  ) {
    self.name = name
    field = .time(path, range)
  }

  /// Sets the field from the key, if `reader` has it.
  func read(from reader: inout TableReader, into limits: inout LimitSettings) {
    switch field {
    case .count(let path, let range):
      guard let count = reader.integer(name, in: range) else { return }
      limits[keyPath: path] = UInt32(count)
    case .time(let path, let range):
      guard let seconds = reader.seconds(name, in: range) else { return }
      limits[keyPath: path] = UInt64((seconds * Double(Nanoseconds.perSecond)).rounded())
    }
  }
}
