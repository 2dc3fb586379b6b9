public import Kernel
internal import Wire

/// The sockets of one datagram shard, such as two for each address family.
@safe
public struct DatagramDoors: ~Copyable, @unchecked Sendable {
  /// The most sockets of one shard.
  public static let capacity = 8

  private let sockets: UnsafeMutablePointer<DatagramSocket>
  private let kinds: UnsafeMutablePointer<DatagramDoor>
  /// How many there are.
  public private(set) var count = 0

  /// No sockets.
  public init() {
    unsafe sockets = .allocate(capacity: Self.capacity)
    unsafe kinds = .allocate(capacity: Self.capacity)
  }

  deinit {
    unsafe sockets.deinitialize(count: count)
    unsafe sockets.deallocate()
    unsafe kinds.deallocate()
  }

  /// Adds one; there must be room.
  public mutating func append(_ socket: consuming DatagramSocket, _ door: DatagramDoor) {
    precondition(count < Self.capacity, "more sockets than a shard has room for")
    unsafe (sockets + count).initialize(to: socket)
    unsafe (kinds + count).initialize(to: door)
    count += 1
  }

  /// What comes in at `index`.
  func kind(_ index: Int) -> DatagramDoor {
    precondition(index >= 0 && index < count, "no such door")
    return unsafe kinds[index]
  }

  /// The socket at `index`.
  public subscript(index: Int) -> DatagramSocket {
    _read {
      precondition(index >= 0 && index < count, "no such door")
      yield unsafe sockets[index]
    }
  }
}
