internal import CLinux
public import Wire

/// The TCP sockets of this host that listen, in the network namespace of the calling thread.
///
/// The kernel is asked for listeners alone. To read its text of all sockets means to walk the whole
/// table of connections: milliseconds each time, on a large host many.
public enum TCPListeners {
  /// A listener: what it is bound to, and the kernel's number of it.
  public struct Entry: Equatable, Sendable {
    /// What it is bound to.
    public let endpoint: Endpoint
    /// The kernel's number of the socket.
    public let inode: UInt64
  }

  /// The most of one family: more are an error.
  static let maximum = 1_024

  /// All of them now. Needs the kernel's socket diagnosis (sock_diag(7)).
  public static func list() throws(Errno) -> [Entry] {
    let diagnosis = Descriptor(owning: try Errno.check(linux_diagnosis()))
    return try list(diagnosis, isIPv4: true) + list(diagnosis, isIPv4: false)
  }

  private static func list(
    _ diagnosis: borrowing Descriptor,
    isIPv4: Bool
  ) throws(Errno) -> [Entry] {
    let raw = diagnosis.rawValue
    var found = [linux_listener](repeating: linux_listener(), count: maximum)
    let count = unsafe found.withUnsafeMutableBufferPointer { room in
      unsafe linux_listeners(raw, isIPv4 ? 1 : 0, room.baseAddress, Int32(room.count))
    }
    return found.prefix(Int(try Errno.check(count))).map {
      Entry(endpoint: Endpoint($0.local), inode: UInt64($0.inode))
    }
  }
}
