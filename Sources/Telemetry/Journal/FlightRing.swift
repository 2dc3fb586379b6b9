internal import Synchronization
public import Wire

/// The way of refused first flights from one shard to the control thread, which writes them to a
/// file for people: a ring of fixed size, one reader, no lock, and one writer at a time, since a
/// shard writes while the policy that it goes by asks for it.
public final class FlightRing: Sendable {
  /// How many flights wait for the reader before further ones are dropped.
  public static let capacity = 64
  /// The most bytes of a flight that are kept.
  public static let flightBytesMaximum = 4_096

  /// A first flight that was refused.
  public struct Flight: Equatable, Sendable {
    /// The peer.
    public var peer: Endpoint
    /// Where it connected to.
    public var gate: Endpoint
    /// When it was refused.
    public var refusedAt: Instant
    /// What it said.
    public var bytes: [UInt8]
  }

  // Two endpoints of three words, the moment, the number of bytes, and the bytes.
  private static let peerWord = 0
  private static let gateWord = 3
  private static let momentWord = 6
  private static let countWord = 7
  private static let bytesWord = 8
  private static let recordWords = bytesWord + flightBytesMaximum / 8

  private let owner = RecordRing.makeMemory(capacity: capacity, recordWords: recordWords)
  private let hasReader = Atomic(false)

  /// An empty ring.
  public init() {}

  /// The shard's end.
  public var writer: FlightRingWriter { FlightRingWriter(ring: ring) }

  /// The one reader of this ring. Asking twice is a mistake and traps.
  public func makeReader() -> FlightRingReader {
    precondition(!hasReader.exchange(true, ordering: .relaxed), "a ring has one reader")
    return FlightRingReader(owner: owner, ring: ring)
  }

  private var ring: RecordRing {
    RecordRing(capacity: Self.capacity, recordWords: Self.recordWords, in: owner)
  }

  fileprivate static func store(_ endpoint: Endpoint, _ words: SharedWords, at word: Int) {
    words.store(endpoint.address.high, at: word)
    words.store(endpoint.address.low, at: word &+ 1)
    words.store(UInt64(endpoint.port), at: word &+ 2)
  }

  fileprivate static func endpoint(_ words: SharedWords, at word: Int) -> Endpoint {
    Endpoint(
      address: SourceAddress(high: words.load(word), low: words.load(word + 1)),
      port: UInt16(truncatingIfNeeded: words.load(word + 2))
    )
  }

  /// Fills the record at `word`.
  fileprivate static func store(
    peer: Endpoint,
    gate: Endpoint,
    bytes: borrowing Span<UInt8>,
    refusedAt: Instant,
    _ words: SharedWords,
    at word: Int
  ) {
    store(peer, words, at: word &+ peerWord)
    store(gate, words, at: word &+ gateWord)
    let count = min(bytes.count, flightBytesMaximum)
    words.store(refusedAt.nanoseconds, at: word &+ momentWord)
    words.store(UInt64(count), at: word &+ countWord)
    var place = word &+ bytesWord
    var packed: UInt64 = 0
    for index in 0..<count {
      packed |= UInt64(bytes[index]) << UInt64((index & 7) &* 8)
      if index & 7 == 7 || index == count &- 1 {
        words.store(packed, at: place)
        place &+= 1
        packed = 0
      }
    }
  }

  fileprivate static func flight(_ words: SharedWords, at word: Int) -> Flight {
    let count = min(Int(truncatingIfNeeded: words.load(word + countWord)), flightBytesMaximum)
    return Flight(
      peer: endpoint(words, at: word + peerWord),
      gate: endpoint(words, at: word + gateWord),
      refusedAt: Instant(nanoseconds: words.load(word + momentWord)),
      bytes: (0..<count).map { index in
        UInt8(truncatingIfNeeded: words.load(word + bytesWord + index / 8) >> (index % 8 * 8))
      }
    )
  }
}

/// The shard's end of a ring.
///
/// Trivially copied, so that a shard touches no reference count; whoever holds it also holds the
/// `FlightRing` that owns its memory.
public struct FlightRingWriter: BitwiseCopyable, Sendable {
  fileprivate let ring: RecordRing

  /// Hands a flight over; whether there was room for it.
  public func write(
    peer: Endpoint,
    gate: Endpoint,
    bytes: borrowing Span<UInt8>,
    refusedAt: Instant
  ) -> Bool {
    guard let word = ring.claim() else { return false }
    FlightRing.store(
      peer: peer,
      gate: gate,
      bytes: bytes,
      refusedAt: refusedAt,
      ring.words,
      at: word
    )
    ring.publish()
    return true
  }
}

/// The control thread's end of a ring.
public struct FlightRingReader: ~Copyable, Sendable {
  private let owner: SharedWordsOwner
  private let ring: RecordRing

  fileprivate init(owner: SharedWordsOwner, ring: RecordRing) {
    self.owner = owner
    self.ring = ring
  }

  /// The oldest flight not yet read; nil when there is none.
  public func next() -> FlightRing.Flight? {
    guard let word = ring.oldest() else { return nil }
    defer { ring.release() }
    return FlightRing.flight(ring.words, at: word)
  }
}
