internal import Synchronization
public import Wire

/// The way of what is learnt of endpoints from one shard to the control thread, which keeps it over
/// a restart: a ring of fixed size, one writer, one reader, no lock.
public final class EndpointRing: Sendable {
  /// How many endpoints wait for the reader before there is no more room.
  public static let capacity = 4_096

  private let owner = RecordRing.makeMemory(capacity: capacity)
  private let hasWriter = Atomic(false)
  private let hasReader = Atomic(false)

  /// An empty ring.
  public init() {}

  /// The one writer of this ring. Asking twice is a mistake and traps.
  public func makeWriter() -> EndpointRingWriter {
    precondition(!hasWriter.exchange(true, ordering: .relaxed), "a ring has one writer")
    return EndpointRingWriter(owner: owner)
  }

  /// The one reader of this ring. Asking twice is a mistake and traps.
  public func makeReader() -> EndpointRingReader {
    precondition(!hasReader.exchange(true, ordering: .relaxed), "a ring has one reader")
    return EndpointRingReader(owner: owner)
  }
}

/// The shard's end of a ring.
public struct EndpointRingWriter: ~Copyable, Sendable {
  private let ring: RecordRing
  private let owner: SharedWordsOwner

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    ring = RecordRing(capacity: EndpointRing.capacity, in: owner)
  }

  /// Whether there is room for another endpoint.
  public var hasRoom: Bool { ring.hasRoom }

  /// Hands an endpoint over, with a code for what was learnt of it; without room it is lost.
  #if !DEBUG
    @_noLocks
  #endif
  public func write(_ endpoint: Endpoint, code: UInt16, at now: Instant) {
    ring.write(
      RingRecord(
        first: endpoint.address.high,
        second: endpoint.address.low,
        third: UInt64(endpoint.port) | UInt64(code) << 16,
        fourth: now.nanoseconds
      )
    )
  }
}

/// The control thread's end of a ring.
public struct EndpointRingReader: ~Copyable, Sendable {
  private let ring: RecordRing
  private let owner: SharedWordsOwner

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    ring = RecordRing(capacity: EndpointRing.capacity, in: owner)
  }

  /// The oldest endpoint not yet read, what was learnt of it, and when; nil when there is none.
  public func next() -> (endpoint: Endpoint, code: UInt16, at: Instant)? {
    guard let record = ring.next() else { return nil }
    let address = SourceAddress(high: record.first, low: record.second)
    let port = UInt16(truncatingIfNeeded: record.third)
    return (
      Endpoint(address: address, port: port),
      UInt16(truncatingIfNeeded: record.third >> 16),
      Instant(nanoseconds: record.fourth)
    )
  }
}
