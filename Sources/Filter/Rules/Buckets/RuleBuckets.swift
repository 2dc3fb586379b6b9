public import Wire

/// The buckets of the rules with a limit: one for each rule and network that came lately.
///
/// A table of fixed size under secret hashes. A new bucket takes the place in its window of the one
/// that is nearest to full, which loses least; a flood of new sources so pushes out those that are
/// hardly used before those that are over. A shard owns one table, and keeps it over a reload: a
/// rule of the same name and limit finds its buckets again.
@safe
public struct RuleBuckets: ~Copyable {
  /// Places that are looked at for one bucket: four cache lines.
  private static let window = 16

  private struct Bucket: BitwiseCopyable {
    var key: UInt64 = 0
    /// When the bucket would be full again, in nanoseconds.
    var fullAt: UInt64 = 0
  }

  /// Bytes of one bucket.
  static var bytesPerBucket: Int { MemoryLayout<Bucket>.stride }

  private let buckets: UnsafeMutablePointer<Bucket>
  /// The buckets that all sources share, by the rule's number: no source may push those out.
  private let gateBuckets: UnsafeMutablePointer<Bucket>
  private let mask: Int
  private let shards: UInt32
  private let hash = KeyedHash()

  /// Full buckets only.
  /// - Parameters:
  ///   - capacity: Buckets that are remembered, at least.
  ///   - shards: Among how many tables a limit of the whole gate is shared out.
  public init(capacity: UInt32, shards: UInt32 = 1) {
    precondition(shards > 0, "a gate has a shard")
    let size = Int(PowerOfTwo.atLeast(capacity))
    unsafe buckets = .allocate(capacity: size)
    unsafe buckets.initialize(repeating: Bucket(), count: size)
    unsafe gateBuckets = .allocate(capacity: RuleLimits.rules)
    unsafe gateBuckets.initialize(repeating: Bucket(), count: RuleLimits.rules)
    mask = size - 1
    self.shards = shards
  }

  deinit {
    unsafe buckets.deallocate()
    unsafe gateBuckets.deallocate()
  }

  /// Takes a token for every limit that `verdict` speaks of, and gives the verdict that stands:
  /// where a bucket was empty, the first enforced rule's limit decides.
  ///
  /// An empty bucket stays as it is, so whoever is refused waits no longer for it. Rules in
  /// `asked` were asked about this connection before: it takes no second token.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func settle(
    _ verdict: RuleVerdict,
    _ program: borrowing RuleProgram,
    source: SourceAddress,
    asked: RuleMask = RuleMask(),
    now: Instant
  ) -> RuleVerdict {
    guard verdict.awaitsBuckets else { return verdict }
    var settled = verdict
    settled.awaitsBuckets = false
    var rest = verdict.matched & program.sets.limits(of: verdict.phase) & ~asked
    while let rule = rest.popFirst() {
      let effect = unsafe program.effects[rule]
      guard case .limit(let limit) = effect.kind else { continue }
      if take(limit, effect.identity, rule, source, now) { continue }
      settled.over.insert(rule)
      let decision = RuleDecision.limit(limit.over, rule: UInt8(truncatingIfNeeded: rule))
      if settled.watched == .pass { settled.watched = decision }
      if effect.isEnforced, settled.decision == .pass { settled.decision = decision }
    }
    return settled
  }

  /// The rules that `verdict` speaks of whose buckets are empty. Takes no token, makes no bucket.
  #if !DEBUG
    @_noLocks
  #endif
  func empty(
    among verdict: RuleVerdict,
    _ program: borrowing RuleProgram,
    source: SourceAddress,
    now: Instant
  ) -> RuleMask {
    var empty = RuleMask()
    var rest = verdict.matched & program.sets.limits(of: verdict.phase)
    while let rule = rest.popFirst() {
      let effect = unsafe program.effects[rule]
      guard case .limit(let limit) = effect.kind else { continue }
      let bucket = bucket(limit, effect.identity, rule, source)
      let depth = bucket.perToken &* UInt64(bucket.count &- 1)
      let owed = bucket.fullAt > now.nanoseconds ? bucket.fullAt &- now.nanoseconds : 0
      if owed > depth { empty.insert(rule) }
    }
    return empty
  }

  /// The bucket of a limit and source as it is: full when there is none.
  private func bucket(
    _ limit: RuleLimit,
    _ identity: UInt64,
    _ rule: Int,
    _ source: SourceAddress
  ) -> (fullAt: UInt64, perToken: UInt64, count: UInt32) {
    switch limit.scope {
    case .gate:
      let count = limit.count / shards > 0 ? limit.count / shards : 1
      let bucket = unsafe gateBuckets[rule]
      let fullAt = bucket.key == identity ? bucket.fullAt : 0
      return (fullAt, limit.periodNanoseconds / UInt64(count), count)
    case .prefix(let ipv4, let ipv6):
      let length = source.isIPv4 ? ipv4 : ipv6
      let key = key(SourcePrefix(source, length: length).address, identity)
      let start = Int(truncatingIfNeeded: key >> 1) & mask
      for step in 0..<Self.window {
        let bucket = unsafe buckets[(start &+ step) & mask]
        if bucket.key == key { return (bucket.fullAt, limit.perTokenNanoseconds, limit.count) }
      }
      return (0, limit.perTokenNanoseconds, limit.count)
    }
  }

  /// Takes a token if there is one; whether there was.
  private mutating func take(
    _ limit: RuleLimit,
    _ identity: UInt64,
    _ rule: Int,
    _ source: SourceAddress,
    _ now: Instant
  ) -> Bool {
    switch limit.scope {
    case .gate:
      let share = limit.count / shards
      let count = share > 0 ? share : 1
      let bucket = unsafe gateBuckets + rule
      if unsafe bucket.pointee.key != identity {
        unsafe bucket.pointee = Bucket(key: identity, fullAt: 0)
      }
      return unsafe Self.take(bucket, limit.periodNanoseconds / UInt64(count), count, now)
    case .prefix(let ipv4, let ipv6):
      let length = source.isIPv4 ? ipv4 : ipv6
      let key = key(SourcePrefix(source, length: length).address, identity)
      return unsafe Self.take(place(key, now), limit.perTokenNanoseconds, limit.count, now)
    }
  }

  /// One token out of a bucket of `count`, of which one comes back every `perToken` nanoseconds.
  private static func take(
    _ bucket: UnsafeMutablePointer<Bucket>,
    _ perToken: UInt64,
    _ count: UInt32,
    _ now: Instant
  ) -> Bool {
    let depth = perToken &* UInt64(count &- 1)
    let fullAt = unsafe bucket.pointee.fullAt
    let start = fullAt > now.nanoseconds ? fullAt : now.nanoseconds
    guard start &- now.nanoseconds <= depth else { return false }
    unsafe bucket.pointee.fullAt = start &+ perToken
    return true
  }

  /// The place of the bucket with this key, which is made full if there was none.
  private mutating func place(_ key: UInt64, _ now: Instant) -> UnsafeMutablePointer<Bucket> {
    let start = Int(truncatingIfNeeded: key >> 1) & mask
    var least = unsafe buckets + start
    for step in 0..<Self.window {
      let candidate = unsafe buckets + ((start &+ step) & mask)
      if unsafe candidate.pointee.key == key { return unsafe candidate }
      if unsafe candidate.pointee.fullAt < least.pointee.fullAt { unsafe least = candidate }
    }
    unsafe least.pointee = Bucket(key: key, fullAt: 0)
    return unsafe least
  }

  /// The secret hash of a network and a rule; never zero.
  private func key(_ network: SourceAddress, _ identity: UInt64) -> UInt64 {
    hash((network.high, network.low, identity)) | 1
  }
}
