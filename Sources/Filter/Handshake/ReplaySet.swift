internal import CSodium
public import Wire

/// First flights that were proven lately, so that a recorded one is refused.
///
/// Two halves of fixed size take turns: new entries go into the younger, look-ups read both, and
/// the older is emptied when the turn changes, with the first entry that is due. An entry so lives
/// for a span at least. A half with more entries than it has to hold drops older ones where the
/// searched window is full: a bound on memory, at the price of a shorter memory under load. Only
/// successes are put in, so strangers can't fill it.
@safe
public struct ReplaySet: ~Copyable {
  /// How long an entry lives at least: both routers take a clock that is 60 seconds off either way,
  /// and 10 more for the handshake itself.
  public static let spanNanoseconds: UInt64 = 130 * Nanoseconds.perSecond
  /// Places for each entry of a half: with a quarter in use, runs as long as a window are as good
  /// as impossible (1e-9), so nothing is dropped before its time.
  private static let placesPerEntry = 4
  private static let window = 32

  private let tags: UnsafeMutablePointer<UInt64>
  private let halfCapacity: Int
  private let secret: SecretBytes
  private var youngerHalf = 0
  /// First flights that came in since the halves last turned.
  private(set) var count = 0
  private var turned: Instant

  /// An empty set for at least `capacity` entries a span.
  public init(capacity: UInt32, now: Instant) {
    halfCapacity = Int(PowerOfTwo.atLeast(capacity)) * Self.placesPerEntry
    unsafe tags = .allocate(capacity: halfCapacity * 2)
    unsafe tags.initialize(repeating: 0, count: halfCapacity * 2)
    secret = SecretBytes(randomCount: Int(crypto_shorthash_KEYBYTES))
    turned = now
  }

  deinit {
    unsafe tags.deallocate()
  }

  /// Whether the masked key at `maskedKey` (32 bytes) was recorded within the span.
  func contains(_ maskedKey: UnsafePointer<UInt8>) -> Bool {
    let tag = unsafe tag(maskedKey)
    return find(tag, half: 0) || find(tag, half: 1)
  }

  /// Records the masked key at `maskedKey` (32 bytes).
  mutating func insert(_ maskedKey: UnsafePointer<UInt8>, now: Instant) {
    turnIfDue(now)
    let tag = unsafe tag(maskedKey)
    let start = position(tag)
    var free = start
    for step in 0..<Self.window {
      let index = (start &+ step) & (halfCapacity &- 1)
      if unsafe entry(youngerHalf, index).pointee == 0 {
        free = index
        break
      }
    }
    if unsafe entry(youngerHalf, free).pointee == 0 { count &+= 1 }
    unsafe entry(youngerHalf, free).pointee = tag
  }

  private mutating func turnIfDue(_ now: Instant) {
    let elapsed = now.nanoseconds(since: turned)
    guard elapsed >= Self.spanNanoseconds else { return }
    turned = now
    youngerHalf = 1 &- youngerHalf
    count = 0
    unsafe entry(youngerHalf, 0).update(repeating: 0, count: halfCapacity)
    guard elapsed >= 2 * Self.spanNanoseconds else { return }
    unsafe entry(1 &- youngerHalf, 0).update(repeating: 0, count: halfCapacity)
  }

  private func find(_ tag: UInt64, half: Int) -> Bool {
    let start = position(tag)
    for step in 0..<Self.window {
      let found = unsafe entry(half, (start &+ step) & (halfCapacity &- 1)).pointee
      if found == tag { return true }
      if found == 0 { return false }
    }
    return false
  }

  private func position(_ tag: UInt64) -> Int {
    Int(truncatingIfNeeded: tag >> 1) & (halfCapacity &- 1)
  }

  private func entry(_ half: Int, _ index: Int) -> UnsafeMutablePointer<UInt64> {
    unsafe tags + (half &* halfCapacity &+ index)
  }

  private func tag(_ maskedKey: UnsafePointer<UInt8>) -> UInt64 {
    var hash: UInt64 = 0
    let secret = unsafe secret.bytes
    unsafe withUnsafeMutablePointer(to: &hash) { pointer in
      let output = unsafe UnsafeMutableRawPointer(pointer).assumingMemoryBound(to: UInt8.self)
      _ = unsafe crypto_shorthash(output, maskedKey, 32, secret)
    }
    return hash | 1
  }
}
