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

  /// Whose record it is: a network's, or at an address a stack's or a passage's.
  struct Name: Hashable {
    var prefix: SourcePrefix
    var stack: UInt32?
    var passage: SourcePassage?
  }

  var settings: LimitSettings
  private var records: [Name: Record] = [:]
  private var gate = TokenBucket()
  private var reserve = TokenBucket()

  init(_ settings: LimitSettings) {
    self.settings = settings
  }

  /// The address, the network, and the site if there is one.
  private static func levels(_ source: SourceAddress) -> [Name] {
    let lengths: [UInt8] = source.isIPv4 ? [32, 24] : [128, 64, 48]
    return lengths.map { Name(prefix: SourcePrefix(source, length: $0)) }
  }

  /// Changes one record, decayed to `now` if that is said.
  private mutating func change(
    _ name: Name,
    now: Instant? = nil,
    _ body: (inout Record) -> Void
  ) {
    var record = records[name] ?? Record()
    if let now { Self.decay(&record, to: now) }
    body(&record)
    records[name] = record
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
    let isGone = record.failures == 0 && record.asked == 0
    record.halvedAt = isGone ? milliseconds : since + minutes * 60_000
  }

  private func limit(_ level: Name) -> RateLimit {
    switch level.prefix.length {
    case 32, 128: settings.addressRate
    case 24, 64: settings.networkRate
    default: settings.siteRate
    }
  }

  private mutating func widerRefusal(_ levels: [Name], now: Instant) -> Reason? {
    guard gate.hasToken(settings.gateRate, now: now) else { return .gateRate }
    for level in levels.dropFirst().reversed() {
      let limit = limit(level)
      var hasToken = false
      change(level, now: now) { hasToken = $0.bucket.hasToken(limit, now: now) }
      guard hasToken else { return .prefixRate }
      guard level != levels[1] || records[level]?.halfOpen ?? 0 < settings.networkHalfOpen else {
        return .prefixHalfOpen
      }
    }
    return nil
  }

  /// A token and a half-open place on some account, both or none; whether there were.
  private mutating func take(
    _ name: Name,
    _ rate: RateLimit,
    _ halfOpen: UInt32,
    now: Instant
  ) -> Bool {
    var isWelcome = false
    change(name, now: now) { record in
      guard record.halfOpen < halfOpen else { return }
      isWelcome = record.bucket.take(rate, now: now)
      if isWelcome { record.halfOpen += 1 }
    }
    return isWelcome
  }

  /// The reason of a refusal, or on whose account the source is let in.
  mutating func arrive(
    _ source: SourceAddress,
    stack: UInt32? = nil,
    now: Instant
  ) -> (refusal: Reason?, passage: SourcePassage) {
    let levels = Self.levels(source)
    let wider = widerRefusal(levels, now: now)
    let isOnReserve =
      wider != nil && standing(source, now: now) == .known
      && reserve.hasToken(settings.knownReserve, now: now)
    let passes = wider == nil || isOnReserve
    let rate = settings.addressRate
    var hasToken = false
    change(levels[0], now: now) { hasToken = $0.bucket.hasToken(rate, now: now) }
    let address = records[levels[0]] ?? Record()
    let hasRoom = hasToken && address.halfOpen < settings.addressHalfOpen
    var passage: SourcePassage?
    if passes, address.failures > 0 || !hasRoom, let stack {
      let name = Name(prefix: levels[0].prefix, stack: stack)
      if var record = records[name] {
        Self.decay(&record, to: now)
        records[name] = record
      }
      let known = records[name] ?? Record()
      let account = Name(prefix: levels[0].prefix, passage: .apart)
      if known.failures <= (known.completions > 0 ? 1 : 0),
        take(account, rate, settings.addressHalfOpen, now: now)
      {
        passage = .apart
      }
    }
    if passage == nil, passes, hasRoom,
      take(levels[0], rate, settings.addressHalfOpen, now: now)
    {
      passage = .own
    }
    let shared = Name(prefix: levels[0].prefix, passage: .shared)
    if passage == nil, wider != .gateRate, address.completions > 0,
      take(shared, settings.sharedAddressRate, settings.sharedAddressHalfOpen, now: now)
    {
      passage = .shared
    }
    guard let passage else {
      let own: Reason = hasToken ? .addressHalfOpen : .addressRate
      return (passes ? own : wider, .own)
    }
    if isOnReserve, passage != .shared {
      _ = reserve.take(settings.knownReserve, now: now)
    } else {
      _ = gate.take(settings.gateRate, now: now)
    }
    if passage != .shared { countWider(levels, isOnReserve, now: now) }
    return (nil, passage)
  }

  private mutating func countWider(_ levels: [Name], _ isOnReserve: Bool, now: Instant) {
    for level in levels.dropFirst() {
      let rate = limit(level)
      change(level) { record in
        if !isOnReserve { _ = record.bucket.take(rate, now: now) }
        if level == levels[1] { record.halfOpen += 1 }
      }
    }
  }

  mutating func leaveHalfOpen(_ source: SourceAddress, _ passage: SourcePassage = .own) {
    let levels = Self.levels(source)
    let account =
      passage == .own ? levels[0] : Name(prefix: levels[0].prefix, passage: passage)
    change(account) { $0.halfOpen -= 1 }
    if passage != .shared { change(levels[1]) { $0.halfOpen -= 1 } }
  }

  func halfOpen(_ source: SourceAddress) -> [UInt32] {
    Self.levels(source).prefix(2).map { records[$0]?.halfOpen ?? 0 }
  }

  mutating func standing(
    _ source: SourceAddress,
    stack: UInt32? = nil,
    _ passage: SourcePassage = .own,
    now: Instant
  ) -> Standing {
    let levels = Self.levels(source)
    if passage == .apart {
      let name = Name(prefix: levels[0].prefix, stack: stack)
      if records[name] != nil { change(name, now: now) { _ in } }
      let own = records[name] ?? Record()
      if own.failures > (own.completions > 0 ? 1 : 0) { return .failing }
      if own.completions > 0 { return .known }
      change(levels[0], now: now) { _ in }
      let isShared = (records[levels[0]]?.completions ?? 0) > 0
      let ofNeighbours = standing(ofNeighbours: levels, now: now)
      return ofNeighbours == .crowded && !isShared ? .failing : ofNeighbours
    }
    change(levels[0], now: now) { _ in }
    let address = records[levels[0]] ?? Record()
    if address.completions > 0, address.failures <= 1 { return .known }
    if address.failures > 0 { return .failing }
    let ofNeighbours = standing(ofNeighbours: levels, now: now)
    return ofNeighbours == .crowded && address.asked >= 2 ? .failing : ofNeighbours
  }

  private mutating func standing(ofNeighbours levels: [Name], now: Instant) -> Standing {
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

  mutating func resolve(
    _ source: SourceAddress,
    stack: UInt32? = nil,
    isSession: Bool,
    now: Instant
  ) {
    var names = Self.levels(source)
    change(names[0], now: now) { _ in }
    if let stack, records[names[0]]?.failures ?? 0 > 0 {
      names.append(Name(prefix: names[0].prefix, stack: stack))
    }
    for name in names {
      change(name, now: now) { record in
        guard isSession else {
          record.failures = min(record.failures + 1, 1_024)
          return
        }
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
