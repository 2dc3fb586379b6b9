internal import Wire

/// What was known of a token that a peer returns.
enum WitnessVerdict: Equatable, BitwiseCopyable, Sendable {
  /// The router gave it to this endpoint a moment ago, and it comes back for the first time.
  case first
  /// The router gave it to this endpoint a moment ago, and it came back before: a peer sends a
  /// request again that it has no answer to.
  case again
  /// Nobody saw the router give it to this endpoint.
  case unknown
}

/// Tokens that the router was seen to send, each good for the endpoint that it was sent to.
///
/// Keys are secret hashes of endpoint and token. Bounded; when there is no room, the token that
/// ends first makes it. Only the router fills it, at the rate at which it is asked for tokens.
@safe
struct WitnessTable: ~Copyable {
  /// How long a token counts. i2pd: a token lives 9 s, 2 of them a reserve. Java I2P: a peer has
  /// 5 s to return one.
  static let spanNanoseconds: UInt64 = 10 * Nanoseconds.perSecond

  private var table: TagTable
  /// Beside each tag: the moment at which it ends, in nanoseconds; the last bit says whether the
  /// token has come back.
  private let ends: UnsafeMutablePointer<UInt64>

  /// An empty table for `capacity` tokens at a time.
  init(capacity: UInt32) {
    table = TagTable(capacity: capacity)
    unsafe ends = .allocate(capacity: table.slotCount)
    unsafe ends.initialize(repeating: 0, count: table.slotCount)
  }

  /// Tokens in the table, also those that are over and whose place nobody took yet.
  var count: Int { table.count }

  deinit {
    unsafe ends.deallocate()
  }

  /// The router sent a token; `key` is the hash of the endpoint and the token.
  mutating func remember(_ key: UInt64, now: Instant) {
    let end = now.advanced(byNanoseconds: Self.spanNanoseconds).nanoseconds & ~1
    if let slot = table.find(key) {
      let isReturned = isLive(slot, now) ? unsafe ends[slot] & 1 : 0
      unsafe ends[slot] = end | isReturned
      return
    }
    let slot = table.freeSlot(key) ?? slotThatEndsFirst(key)
    table.put(key, in: slot)
    unsafe ends[slot] = end
  }

  /// A peer returns a token; `key` is the hash of its endpoint and the token.
  mutating func comesBack(_ key: UInt64, now: Instant) -> WitnessVerdict {
    guard let slot = table.find(key), isLive(slot, now) else { return .unknown }
    guard unsafe ends[slot] & 1 == 0 else { return .again }
    unsafe ends[slot] |= 1
    return .first
  }

  private func isLive(_ slot: Int, _ now: Instant) -> Bool {
    unsafe ends[slot] & ~1 > now.nanoseconds
  }

  private func slotThatEndsFirst(_ key: UInt64) -> Int {
    var first = table.slot(key, choice: 0)
    for choice in 1..<TagTable.choices {
      let slot = table.slot(key, choice: choice)
      if unsafe ends[slot] < ends[first] { first = slot }
    }
    return first
  }
}
