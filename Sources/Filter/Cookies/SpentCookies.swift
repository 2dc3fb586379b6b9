internal import Wire

/// Cookies that came back, for as long as they could come back again.
///
/// Two halves of fixed size take turns together with the secrets that make cookies: new entries go
/// into the younger, look-ups read both. A half with more entries than it has to hold drops the
/// oldest in the searched window: a bound on memory, at the price that such a cookie could prove
/// its own endpoint once more.
@safe
struct SpentCookies: ~Copyable {
  /// What the use of a good cookie was.
  enum Use: Equatable {
    /// The first one.
    case first
    /// Another one, within the time of retransmissions.
    case repeated
    /// Another one, later.
    case repeatedLate
  }

  /// How long after its first use a cookie may be repeated: Java I2P and emissary give up a
  /// SessionRequest after 15 seconds, i2pd after five.
  static let retransmissionNanoseconds: UInt64 = 15 * Nanoseconds.perSecond

  private struct Entry: BitwiseCopyable {
    /// The cookie's hash; zero when the place is empty.
    var tag: UInt64 = 0
    /// Nanoseconds of the moment of its first use.
    var firstUse: UInt64 = 0
  }

  /// Places for each entry of a half: with a quarter in use, runs as long as a window are as good
  /// as impossible.
  private static let placesPerEntry = 4
  private static let window = 32

  private let entries: UnsafeMutablePointer<Entry>
  private let halfCapacity: Int
  private let hash = KeyedHash()
  private var youngerHalf = 0
  /// Cookies that came in since the halves last turned.
  private(set) var count = 0

  /// An empty set for at least `capacity` cookies a span.
  init(capacity: UInt32) {
    halfCapacity = Int(PowerOfTwo.atLeast(capacity)) * Self.placesPerEntry
    unsafe entries = .allocate(capacity: halfCapacity * 2)
    unsafe entries.initialize(repeating: Entry(), count: halfCapacity * 2)
  }

  deinit {
    unsafe entries.deallocate()
  }

  /// Records that the good cookie `token` came back.
  mutating func spend(_ token: UInt64, now: Instant) -> Use {
    // By a secret hash, so that nobody can choose where its cookies lie. Zero is an empty place.
    let tag = hash(token) | 1
    guard let firstUse = firstUse(tag, half: 0) ?? firstUse(tag, half: 1) else {
      insert(Entry(tag: tag, firstUse: now.nanoseconds))
      return .first
    }
    let elapsed = now.nanoseconds(since: Instant(nanoseconds: firstUse))
    return elapsed <= Self.retransmissionNanoseconds ? .repeated : .repeatedLate
  }

  /// Forgets the older half, which becomes the younger.
  mutating func turn() {
    youngerHalf = 1 &- youngerHalf
    count = 0
    unsafe place(youngerHalf, 0).update(repeating: Entry(), count: halfCapacity)
  }

  private func firstUse(_ tag: UInt64, half: Int) -> UInt64? {
    let start = position(tag)
    for step in 0..<Self.window {
      let found = unsafe place(half, start &+ step).pointee
      if found.tag == tag { return found.firstUse }
      if found.tag == 0 { return nil }
    }
    return nil
  }

  private mutating func insert(_ entry: Entry) {
    let start = position(entry.tag)
    var oldest = unsafe place(youngerHalf, start)
    for step in 0..<Self.window {
      let candidate = unsafe place(youngerHalf, start &+ step)
      if unsafe candidate.pointee.tag == 0 {
        unsafe oldest = candidate
        break
      }
      if unsafe candidate.pointee.firstUse < oldest.pointee.firstUse {
        unsafe oldest = candidate
      }
    }
    if unsafe oldest.pointee.tag == 0 { count &+= 1 }
    unsafe oldest.pointee = entry
  }

  private func position(_ tag: UInt64) -> Int {
    Int(truncatingIfNeeded: tag >> 1) & (halfCapacity &- 1)
  }

  private func place(_ half: Int, _ index: Int) -> UnsafeMutablePointer<Entry> {
    unsafe entries + (half &* halfCapacity &+ (index & (halfCapacity &- 1)))
  }
}
