internal import Filter
internal import Wire

/// A key of a table of limits: its name with the unit, its bounds, and the field of `Settings` that
/// it sets.
struct LimitKey<Settings>: Sendable {
  /// A field that counts something.
  typealias Count = any WritableKeyPath<Settings, UInt32> & Sendable
  /// A field that says how often something may happen.
  typealias Rate = any WritableKeyPath<Settings, RateLimit> & Sendable
  /// A field that holds a time in nanoseconds.
  typealias Time = any WritableKeyPath<Settings, UInt64> & Sendable

  /// What a key sets.
  enum Field: Sendable {
    /// A number.
    case count(Count, ClosedRange<Int>)
    /// Tokens that come back in each period.
    case tokens(Rate, ClosedRange<Int>)
    /// Tokens of a full bucket.
    case burst(Rate, ClosedRange<Int>)
    /// Seconds.
    case time(Time, ClosedRange<Double>)
  }

  /// The key as it is written.
  let name: String
  /// What it sets.
  let field: Field

  /// Rates of more than this are as good as none.
  private static var rates: ClosedRange<Int> { 1...10_000_000 }

  /// A key for a number.
  static func count(_ name: String, _ path: Count, _ range: ClosedRange<Int>) -> [LimitKey] {
    [LimitKey(name: name, field: .count(path, range))]
  }

  /// Two keys for a rate: `name-per-second` or another period, as `defaults` count, and
  /// `name-burst`.
  static func rate(_ name: String, _ path: Rate, _ defaults: Settings) -> [LimitKey] {
    let unit = unit(ofPeriodNanoseconds: defaults[keyPath: path].periodNanoseconds)
    return [
      LimitKey(name: "\(name)-per-\(unit)", field: .tokens(path, rates)),
      LimitKey(name: "\(name)-burst", field: .burst(path, rates)),
    ]
  }

  /// The word for a period.
  private static func unit(ofPeriodNanoseconds period: UInt64) -> String {
    switch period / Nanoseconds.perSecond {
    case 1: "second"
    case 60: "minute"
    case 600: "ten-minutes"
    default: preconditionFailure("a period without a word: \(period) ns")
    }
  }

  /// A key for a time.
  static func time(_ name: String, _ path: Time, _ range: ClosedRange<Double>) -> [LimitKey] {
    [LimitKey(name: name, field: .time(path, range))]
  }

  /// Sets the field from the key, if `reader` has it.
  func read(from reader: inout TableReader, into limits: inout Settings) {
    switch field {
    case .count(let path, let range):
      guard let count = reader.integer(name, in: range) else { return }
      limits[keyPath: path] = UInt32(count)
    case .tokens(let path, let range):
      guard let count = reader.integer(name, in: range) else { return }
      limits[keyPath: path].tokens = UInt32(count)
    case .burst(let path, let range):
      guard let count = reader.integer(name, in: range) else { return }
      limits[keyPath: path].burst = UInt32(count)
    case .time(let path, let range):
      guard let seconds = reader.seconds(name, in: range) else { return }
      limits[keyPath: path] = UInt64((seconds * Double(Nanoseconds.perSecond)).rounded())
    }
  }
}

extension LimitKey where Settings == LimitSettings {
  /// Every key of `[limits]`.
  static var ofConnections: [LimitKey] {
    let defaults = LimitSettings()
    let connections = 1...1_048_576
    // A source record counts them in 16 bits.
    let halfOpen = 1...65_535
    let records = 1_024...16_777_216
    let lists: [[LimitKey]] = [
      rate("address-rate", \.addressRate, defaults),
      rate("shared-address-rate", \.sharedAddressRate, defaults),
      rate("network-rate", \.networkRate, defaults),
      rate("site-rate", \.siteRate, defaults),
      rate("gate-rate", \.gateRate, defaults),
      rate("known-reserve", \.knownReserve, defaults),
      count("address-half-open", \.addressHalfOpen, halfOpen),
      count("shared-address-half-open", \.sharedAddressHalfOpen, halfOpen),
      count("network-half-open", \.networkHalfOpen, halfOpen),
      count("held-strangers", \.heldStrangers, connections),
      count("open-sessions", \.openSessions, connections),
      count("handshakes-in-flight", \.handshakesInFlight, 1...65_536),
      rate("skewed-peers", \.skewedPeers, defaults),
      count("source-records", \.sourceRecords, records),
      count("replay-records", \.replayRecords, records),
      time("admission-wait-seconds", \.admissionWaitNanoseconds, 0.1...300),
      time("dial-timeout-seconds", \.dialTimeoutNanoseconds, 0.1...300),
      time("stall-timeout-seconds", \.stallTimeoutNanoseconds, 0.1...300),
      time("idle-timeout-seconds", \.idleTimeoutNanoseconds, 60...604_800),
    ]
    return lists.flatMap(\.self)
  }
}
