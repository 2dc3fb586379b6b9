import Wire

@testable import Filter

/// The limits without a bound on memory and without a secret: a dictionary of named networks. What
/// `SourceLimits` has to say as long as its table has room.
struct NaiveLimits {
  /// What is remembered of one network.
  struct Record {
    var bucket = TokenBucket()
    var halfOpen: UInt32 = 0
    var failures = 0
    var asked = 0
    var completions = 0
    var inFlight = 0
    var halvedAt: UInt64?
  }

  var settings: LimitSettings
  private var records: [SourcePrefix: Record] = [:]
  private var gate = TokenBucket()
  private var reserve = TokenBucket()

  init(_ settings: LimitSettings) {
    self.settings = settings
  }

  private static func levels(_ source: SourceAddress) -> [SourcePrefix] {
    let lengths: [UInt8] = source.isIPv4 ? [32, 24] : [128, 64, 48]
    return lengths.map { SourcePrefix(source, length: $0) }
  }

  /// Changes one record, decayed to `now` if that is said.
  private mutating func change(
    _ prefix: SourcePrefix,
    now: Instant? = nil,
    _ body: (inout Record) -> Void
  ) {
    var record = records[prefix] ?? Record()
    if let now { Self.decay(&record, to: now) }
    body(&record)
    records[prefix] = record
  }

  private static func decay(_ record: inout Record, to now: Instant) {
    let milliseconds = now.nanoseconds / Nanoseconds.perMillisecond
    guard record.failures > 0 || record.asked > 0, let since = record.halvedAt else {
      record.halvedAt = milliseconds
      return
    }
    let minutes = (milliseconds - since) / 60_000
    for _ in 0..<min(minutes, 64) {
      record.failures /= 2
      record.asked /= 2
    }
    record.halvedAt = since + minutes * 60_000
  }

  private func limit(_ prefix: SourcePrefix) -> RateLimit {
    switch prefix.length {
    case 32, 128: settings.addressRate
    case 24, 64: settings.networkRate
    default: settings.siteRate
    }
  }

  mutating func arrive(_ source: SourceAddress, now: Instant) -> Reason? {
    let levels = Self.levels(source)
    let shared = sharedRefusal(levels, now: now)
    if let shared {
      guard standing(source, now: now) == .known,
        reserve.hasToken(settings.knownReserve, now: now)
      else { return shared }
    }
    var refusal: Reason?
    let (rate, most) = (settings.addressRate, settings.addressHalfOpen)
    change(levels[0], now: now) { record in
      if !record.bucket.take(rate, now: now) {
        refusal = .addressRate
      } else if record.halfOpen >= most {
        refusal = .addressHalfOpen
      } else {
        record.halfOpen += 1
      }
    }
    guard refusal == nil else { return refusal }
    if shared == nil {
      _ = gate.take(settings.gateRate, now: now)
    } else {
      _ = reserve.take(settings.knownReserve, now: now)
    }
    for level in levels.dropFirst() {
      let rate = limit(level)
      change(level) { record in
        if shared == nil { _ = record.bucket.take(rate, now: now) }
        if level == levels[1] { record.halfOpen += 1 }
      }
    }
    return nil
  }

  private mutating func sharedRefusal(_ levels: [SourcePrefix], now: Instant) -> Reason? {
    guard gate.hasToken(settings.gateRate, now: now) else { return .gateRate }
    for level in levels.dropFirst().reversed() {
      change(level, now: now) { _ in }
      var record = records[level] ?? Record()
      guard record.bucket.hasToken(limit(level), now: now) else { return .prefixRate }
      guard level != levels[1] || record.halfOpen < settings.networkHalfOpen else {
        return .prefixHalfOpen
      }
    }
    return nil
  }

  mutating func leaveHalfOpen(_ source: SourceAddress) {
    for level in Self.levels(source).prefix(2) { change(level) { $0.halfOpen -= 1 } }
  }

  func halfOpen(_ source: SourceAddress) -> [UInt32] {
    Self.levels(source).prefix(2).map { records[$0]?.halfOpen ?? 0 }
  }

  mutating func standing(_ source: SourceAddress, now: Instant) -> Standing {
    let levels = Self.levels(source)
    change(levels[0], now: now) { _ in }
    let address = records[levels[0]] ?? Record()
    if address.completions > 0, address.failures <= 1 { return .known }
    if address.failures > 0 { return .failing }
    change(levels[1], now: now) { _ in }
    let network = records[levels[1]] ?? Record()
    if network.failures >= 4 || network.asked >= 3 { return .crowded }
    guard levels.count > 2 else { return .fresh }
    change(levels[2], now: now) { _ in }
    let site = records[levels[2]] ?? Record()
    return site.failures >= 16 || site.asked >= 12 ? .crowded : .fresh
  }

  mutating func ask(_ source: SourceAddress, now: Instant) {
    for level in Self.levels(source) {
      change(level, now: now) { $0.asked = min($0.asked + 1, 1_024) }
    }
  }

  mutating func fail(_ source: SourceAddress, now: Instant) {
    for level in Self.levels(source) {
      change(level, now: now) { $0.failures = min($0.failures + 1, 1_024) }
    }
  }

  mutating func resolve(_ source: SourceAddress, isSession: Bool, now: Instant) {
    guard isSession else { return fail(source, now: now) }
    for level in Self.levels(source) {
      change(level, now: now) { record in
        record.completions = min(record.completions + 1, 255)
        record.asked = max(record.asked - 1, 0)
        record.failures /= 2
      }
    }
  }

  mutating func enterFlight(_ source: SourceAddress) {
    change(Self.levels(source)[0]) { $0.inFlight = min($0.inFlight + 1, 255) }
  }

  mutating func leaveFlight(_ source: SourceAddress) {
    change(Self.levels(source)[0]) { $0.inFlight = max($0.inFlight - 1, 0) }
  }

  func inFlight(_ source: SourceAddress) -> Int {
    records[Self.levels(source)[0]]?.inFlight ?? 0
  }
}
