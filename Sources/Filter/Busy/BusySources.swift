internal import Synchronization
public import Wire

/// What one of the busiest addresses or networks did in the last minute.
public struct BusySource: Equatable, Sendable {
  /// The address, or the network around it.
  public var prefix: SourcePrefix
  /// Connections or datagrams that came; never more than there were.
  public var arrived: UInt32
  /// Of those, refused.
  public var refused: UInt32
  /// Let through to the router.
  public var admitted: UInt32
  /// Handshakes that failed at the router.
  public var failed: UInt32
  /// Why it was refused, let through or failed last.
  public var lastReason: Reason?
}

/// The busiest addresses and networks of one shard, for people to look at. Nothing is decided by it.
///
/// The shard notes each arrival with its verdict; anybody reads without a lock. It must not outlive
/// its `BusySourcesOwner`.
@safe
public struct BusySources: BitwiseCopyable, @unchecked Sendable {
  private let addresses: BusyTable
  private let networks: BusyTable
  private let seed: UInt64

  fileprivate init(base: UnsafeMutablePointer<Atomic<UInt64>>, seed: UInt64) {
    unsafe addresses = BusyTable(base: base)
    unsafe networks = BusyTable(base: base + BusyTable.wordCount)
    self.seed = seed
  }

  /// `source` came.
  #if !DEBUG
    @_noLocks
  #endif
  public func noteArrival(_ source: SourceAddress, now: Instant) {
    note(source, .arrived, nil, nil, now: now)
  }

  /// A verdict was given about `source`, which came before.
  #if !DEBUG
    @_noLocks
  #endif
  public func note(_ verdict: Verdict, _ reason: Reason, _ source: SourceAddress, now: Instant) {
    guard let count = BusyCount(verdict) else { return }
    note(source, count, nil, reason, now: now)
  }

  /// `source` came, and was judged at once.
  #if !DEBUG
    @_noLocks
  #endif
  public func noteArrival(
    _ source: SourceAddress,
    _ verdict: Verdict,
    _ reason: Reason,
    now: Instant
  ) {
    note(source, .arrived, BusyCount(verdict), reason, now: now)
  }

  /// The addresses that came in the last minute, in no order.
  public func addresses(now: Instant) -> [BusySource] { addresses.current(at: BusyMoment(now)) }

  /// The networks that came in the last minute, in no order.
  public func networks(now: Instant) -> [BusySource] { networks.current(at: BusyMoment(now)) }

  private func note(
    _ source: SourceAddress,
    _ first: BusyCount,
    _ second: BusyCount?,
    _ reason: Reason?,
    now: Instant
  ) {
    let moment = BusyMoment(now)
    let address = SourcePrefix(source, length: 128)
    addresses.note(address, hash: hash(address), first, second, reason, at: moment)
    let network = SourcePrefix(source, length: source.isIPv4 ? 24 : 64)
    networks.note(network, hash: hash(network), first, second, reason, at: moment)
  }

  /// Quick, and under a seed: whoever aims at a place all the same gains nothing but a place.
  private func hash(_ prefix: SourcePrefix) -> UInt64 {
    let left = prefix.address.high ^ seed
    let right = prefix.address.low ^ 0x9e37_79b9_7f4a_7c15
    let product = left.multipliedFullWidth(by: right | 1)
    let folded = product.high ^ product.low ^ (prefix.address.low &* 0xd6e8_feb8_6659_fd93)
    let mixed = (folded ^ folded >> 32) &* 0xd6e8_feb8_6659_fd93
    return mixed ^ mixed >> 32
  }
}

/// Holds the memory of a shard's `BusySources`; must live longer than every thread that has it.
@safe
public final class BusySourcesOwner: Sendable {
  /// Addresses, or networks, that have a place.
  public static let capacity = BusyTable.capacity

  /// The busiest sources.
  public let sources: BusySources
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<Atomic<UInt64>>

  private static var wordCount: Int { 2 * BusyTable.wordCount }

  /// A table of nobody.
  public init() {
    let base = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: Self.wordCount)
    for index in 0..<Self.wordCount { unsafe (base + index).initialize(to: Atomic(0)) }
    unsafe memory = base
    sources = unsafe BusySources(base: base, seed: UInt64.random(in: .min ... .max))
  }

  deinit {
    unsafe memory.deinitialize(count: Self.wordCount)
    unsafe memory.deallocate()
  }
}
