internal import CLinux
internal import Glibc
public import Wire

/// What a receiving call brought.
public enum DatagramReceipt: Equatable, BitwiseCopyable, Sendable {
  /// So many datagrams, at least one.
  case datagrams(Int)
  /// Nothing yet.
  case empty
  /// The network's word that an earlier datagram was not taken; the socket goes on.
  case refused
}

/// A datagram of a batch, until the batch receives again.
@safe
public struct Datagram {
  /// Who sent it, as far as its header says.
  public let source: Endpoint
  /// Where it was meant to go, when it was diverted; else all zero.
  public let originalDestination: Endpoint
  /// Its payload, at most `DatagramBatch.slotBytes`.
  public let bytes: UnsafeRawBufferPointer
  /// Whether more bytes followed that are lost.
  public let isTruncated: Bool

  /// A datagram of these parts; `bytes` belong to whoever made it.
  @_noLocks
  public init(
    source: Endpoint,
    originalDestination: Endpoint,
    bytes: UnsafeRawBufferPointer,
    isTruncated: Bool
  ) {
    self.source = source
    self.originalDestination = originalDestination
    unsafe self.bytes = bytes
    self.isTruncated = isTruncated
  }

  @_noLocks
  fileprivate init(_ received: linux_datagram) {
    unsafe self.init(
      source: Endpoint(received.source),
      originalDestination: Endpoint(received.destination),
      bytes: UnsafeRawBufferPointer(
        start: received.bytes,
        count: min(Int(received.length), DatagramBatch.slotBytes)
      ),
      isTruncated: received.isTruncated != 0
    )
  }
}

/// Memory for the datagrams that one system call brings, allocated once.
@safe
public struct DatagramBatch: ~Copyable, @unchecked Sendable {
  /// The most datagrams of one call.
  public static let capacity = 64
  /// The most bytes that are kept of each: no peer sends more over a usual link (1500 bytes with
  /// both headers).
  public static let slotBytes = 1536

  private let memory: OpaquePointer
  /// How many datagrams the last call brought.
  public private(set) var count = 0

  /// An empty batch.
  /// - Throws: ENOMEM.
  public init() throws(Errno) {
    let made = unsafe linux_incoming_make(UInt32(Self.capacity), Self.slotBytes)
    guard let made = unsafe made else { throw Errno(rawValue: ENOMEM) }
    unsafe memory = made
  }

  deinit {
    unsafe linux_incoming_free(memory)
  }

  /// Receives what waits at `socket`, in place of what the batch held.
  @_noLocks
  public mutating func receive(from socket: borrowing DatagramSocket) -> DatagramReceipt {
    count = 0
    while true {
      let result = unsafe linux_receive_datagrams(socket.descriptor.rawValue, memory)
      if result > 0 {
        count = min(Int(result), Self.capacity)
        return .datagrams(count)
      }
      if result == 0 { return .empty }
      switch linux_errno() {
      case EINTR: continue
      case EAGAIN: return .empty
      default: return .refused
      }
    }
  }

  /// The datagram at `index`, valid until the next `receive`.
  @_noLocks
  public func datagram(_ index: Int) -> Datagram {
    precondition(index >= 0 && index < count, "a datagram that did not come")
    return unsafe Datagram(linux_incoming_datagrams(memory)[index])
  }
}
