internal import CLinux
internal import Glibc

/// A kernel pipe through which bytes go from one socket to another without being copied here.
///
/// It is also the one place where bytes wait that could not be sent on at once.
public struct Pipe: ~Copyable, Sendable {
  /// Bytes that a new pipe holds (the kernel's default of 16 pages).
  public static let capacity = 65_536

  private let reading: Descriptor
  private let writing: Descriptor
  /// Bytes inside.
  public private(set) var count = 0

  /// An empty pipe that holds `capacity` bytes.
  /// - Throws: The error of the call that failed; ENOBUFS when this user has so many pipes that the
  ///   kernel makes new ones smaller (`fs.pipe-user-pages-soft`).
  @_noLocks
  public init() throws(Errno) {
    var first: Int32 = -1
    var second: Int32 = -1
    _ = try Errno.check(unsafe linux_pipe(&first, &second, Int32(Self.capacity)))
    reading = Descriptor(owning: first)
    writing = Descriptor(owning: second)
  }

  /// Moves bytes from `socket` into the pipe, as many as it has room for.
  @_noLocks
  public mutating func fill(from socket: borrowing StreamSocket) -> ReceiveOutcome {
    while true {
      let result = linux_splice(
        socket.descriptor.rawValue,
        writing.rawValue,
        Self.capacity,
        UInt32(linux_splice_flags)
      )
      if result > 0 {
        count &+= result
        return .bytes(result)
      }
      if result == 0 { return .end }
      switch linux_errno() {
      case EINTR: continue
      case EAGAIN: return .empty
      default: return .broken
      }
    }
  }

  /// Moves bytes from the pipe into `socket`, as many as it takes.
  @_noLocks
  public mutating func drain(into socket: borrowing StreamSocket) -> SendOutcome {
    while true {
      let result = linux_splice(
        reading.rawValue,
        socket.descriptor.rawValue,
        count,
        UInt32(linux_splice_flags)
      )
      if result > 0 {
        count &-= result
        return .bytes(result)
      }
      if result == 0 { return .full }
      switch linux_errno() {
      case EINTR: continue
      case EAGAIN: return .full
      default: return .broken
      }
    }
  }

  /// Puts bytes that a socket did not take into the empty pipe; whether all fitted.
  @_noLocks
  public mutating func store(_ bytes: UnsafeRawPointer, _ length: Int) -> Bool {
    precondition(count == 0, "bytes would be put behind others")
    guard unsafe linux_write(writing.rawValue, bytes, length) == length else { return false }
    count = length
    return true
  }
}
