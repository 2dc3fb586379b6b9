internal import CSodium
internal import Synchronization
public import Wire

/// What the radar knows of a source.
public struct ProbeCounts: BitwiseCopyable, Sendable, Equatable {
  /// SYNs to guarded ports that no connection followed, decayed. Anybody can write anybody's
  /// address into a SYN, so this never suffices to refuse somebody.
  public var unfinishedSyns: UInt16
  /// Other ports of the router's addresses that were tried, at most 64; as easily forged.
  public var portsProbed: UInt8

  /// Nothing is known.
  public static let none = ProbeCounts(unfinishedSyns: 0, portsProbed: 0)
}

/// Sources that knock without coming in: a table that the radar's thread and the shards share
/// without a lock.
///
/// One word of a source holds a part of its hash, the moment, its SYNs and its connections; a
/// second one holds the ports as a set of 64 bits, and a third one when the last of them was tried:
/// a source that goes on coming for other things does not keep them. The radar adds SYNs and
/// ports, a shard adds its connections, everybody reads: a few relaxed loads. A race can lose one
/// count, never more.
///
/// Bounded: a source has a window of places; a new one takes the place in it that was silent for
/// longest. A flood of forged addresses so makes the table forget sooner, and no more.
@safe
public struct ProbeTable: BitwiseCopyable, @unchecked Sendable {
  /// Places for sources.
  public static let capacity = 16_384
  fileprivate static var wordsPerPlace: Int { 3 }
  private static let window = 8

  private let base: UnsafeMutablePointer<Atomic<UInt64>>
  private let secret: UnsafePointer<UInt8>

  fileprivate init(base: UnsafeMutablePointer<Atomic<UInt64>>, secret: UnsafePointer<UInt8>) {
    unsafe self.base = base
    unsafe self.secret = secret
  }

  /// The radar saw a SYN of `source` to a guarded port.
  #if !DEBUG
    @_noLocks
  #endif
  public func sawSyn(from source: SourceAddress, now: Instant) {
    let key = key(source)
    update(place(key, now: now), key, now: now) { $0.addSyn() }
  }

  /// A shard accepted a connection of `source`.
  #if !DEBUG
    @_noLocks
  #endif
  public func sawConnection(from source: SourceAddress, now: Instant) {
    let key = key(source)
    update(place(key, now: now), key, now: now) { $0.addConnection() }
  }

  /// The radar saw a SYN of `source` to another port of the router's addresses.
  #if !DEBUG
    @_noLocks
  #endif
  public func sawProbe(from source: SourceAddress, port: UInt16, now: Instant) {
    let key = key(source)
    let place = place(key, now: now)
    update(place, key, now: now) { _ in }
    // Neighbouring ports fall on different bits.
    let bit = UInt64(1) << UInt64((port &* 0x9e37) >> 10)
    let ports = ports(place, now: now) | bit
    unsafe cell(place, 1).pointee.store(ports, ordering: .relaxed)
    unsafe cell(place, 2).pointee.store(now.nanoseconds, ordering: .relaxed)
  }

  /// What is known of `source`.
  #if !DEBUG
    @_noLocks
  #endif
  public func counts(of source: SourceAddress, now: Instant) -> ProbeCounts {
    let key = key(source)
    let start = Int(truncatingIfNeeded: key) & (Self.capacity &- 1)
    for step in 0..<Self.window {
      let place = (start &+ step) & (Self.capacity &- 1)
      let entry = unsafe ProbeEntry(word: cell(place, 0).pointee.load(ordering: .relaxed))
      guard entry.tag == ProbeEntry.tag(key), !entry.isForgotten(now) else { continue }
      let decayed = entry.decayed(now)
      return ProbeCounts(
        unfinishedSyns: decayed.syns > decayed.connections
          ? decayed.syns &- decayed.connections : 0,
        portsProbed: UInt8(truncatingIfNeeded: ports(place, now: now).nonzeroBitCount)
      )
    }
    return ProbeCounts(unfinishedSyns: 0, portsProbed: 0)
  }

  /// The ports that were tried, until nobody has tried one for long enough.
  private func ports(_ place: Int, now: Instant) -> UInt64 {
    let last = unsafe cell(place, 2).pointee.load(ordering: .relaxed)
    let age = now.nanoseconds(since: Instant(nanoseconds: last))
    guard age < ProbeEntry.forgottenNanoseconds else { return 0 }
    return unsafe cell(place, 1).pointee.load(ordering: .relaxed)
  }

  private func cell(_ place: Int, _ index: Int) -> UnsafeMutablePointer<Atomic<UInt64>> {
    unsafe base + (place &* Self.wordsPerPlace &+ index)
  }

  /// The place of `key`: its own, or the one in its window that was silent for longest.
  private func place(_ key: UInt64, now: Instant) -> Int {
    let start = Int(truncatingIfNeeded: key) & (Self.capacity &- 1)
    var oldest = start
    var oldestAge: UInt64 = 0
    for step in 0..<Self.window {
      let place = (start &+ step) & (Self.capacity &- 1)
      let entry = unsafe ProbeEntry(word: cell(place, 0).pointee.load(ordering: .relaxed))
      if entry.tag == ProbeEntry.tag(key) { return place }
      let age = entry.word == 0 ? UInt64.max : entry.age(now) &+ 1
      if age > oldestAge {
        oldestAge = age
        oldest = place
      }
    }
    return oldest
  }

  private func update(
    _ place: Int,
    _ key: UInt64,
    now: Instant,
    _ change: (inout ProbeEntry) -> Void
  ) {
    var word = unsafe cell(place, 0).pointee.load(ordering: .relaxed)
    // Others write the same word a few times at once at most; a count is not worth a longer fight.
    for _ in 0..<4 {
      let old = ProbeEntry(word: word)
      let isItsOwn = old.tag == ProbeEntry.tag(key) && !old.isForgotten(now)
      var new = isItsOwn ? old.decayed(now) : ProbeEntry(tag: ProbeEntry.tag(key))
      new.touch(now)
      change(&new)
      let result = unsafe cell(place, 0).pointee.compareExchange(
        expected: word,
        desired: new.word,
        ordering: .relaxed
      )
      if result.exchanged {
        if !isItsOwn { unsafe cell(place, 1).pointee.store(0, ordering: .relaxed) }
        return
      }
      word = result.original
    }
  }

  private func key(_ source: SourceAddress) -> UInt64 {
    unsafe KeyedHash.hash((source.high, source.low), under: secret)
  }
}

/// Holds the memory of a `ProbeTable`; must live longer than every thread that has the table.
@safe
public final class ProbeTableOwner: Sendable {
  /// The table.
  public let table: ProbeTable
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<Atomic<UInt64>>
  private nonisolated(unsafe) let secret: SecretBox

  private final class SecretBox {
    let bytes = SecretBytes(randomCount: Int(crypto_shorthash_KEYBYTES))
  }

  /// An empty table with a secret of its own.
  public init() {
    let words = ProbeTable.wordsPerPlace * ProbeTable.capacity
    let base = UnsafeMutablePointer<Atomic<UInt64>>.allocate(capacity: words)
    for index in 0..<words { unsafe (base + index).initialize(to: Atomic(0)) }
    let secret = SecretBox()
    unsafe memory = base
    unsafe self.secret = secret
    unsafe table = ProbeTable(base: base, secret: UnsafePointer(secret.bytes.bytes))
  }

  deinit {
    unsafe memory.deinitialize(count: ProbeTable.wordsPerPlace * ProbeTable.capacity)
    unsafe memory.deallocate()
  }
}
