internal import Glibc
internal import Kernel

/// Whether a Unix socket has somebody behind it.
enum LocalSocketProbe {
  /// Connects to the stream socket at `path`, says nothing, and lets go.
  static func connect(_ path: String) throws(Errno) {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else { throw Errno(rawValue: ENAMETOOLONG) }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      unsafe bytes.copyBytes(from: path.utf8)
    }
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let socket = Descriptor(owning: try Errno.check(Glibc.socket(AF_UNIX, type, 0)))
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let result = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe Glibc.connect(
        socket.rawValue,
        UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self),
        size
      )
    }
    // A full queue of waiting connections has somebody who will come to them.
    if result != 0, Errno.last.rawValue != EAGAIN { throw .last }
  }
}
