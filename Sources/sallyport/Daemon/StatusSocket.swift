internal import Glibc
internal import Kernel

/// A local socket on which whoever may open it reads the gate's numbers, once a connection.
final class StatusSocket {
  private static let backlog: Int32 = 8
  /// Connections served in one round of the control thread.
  private static let connectionsPerRound = 4

  private let listener: Descriptor
  private let path: String

  /// Listens at `path`, in place of a socket that an earlier run left there.
  init(path: String) throws(Errno) {
    listener = try Self.listen(at: path)
    self.path = path
  }

  private static func listen(at path: String) throws(Errno) -> Descriptor {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else { throw Errno(rawValue: ENAMETOOLONG) }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      unsafe bytes.copyBytes(from: path.utf8)
    }
    let type = Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue)
    let listener = Descriptor(owning: try Errno.check(socket(AF_UNIX, type, 0)))
    _ = unsafe unlink(path)
    let size = socklen_t(MemoryLayout<sockaddr_un>.size)
    let bound = unsafe withUnsafePointer(to: &address) { pointer in
      unsafe bind(
        listener.rawValue,
        UnsafeRawPointer(pointer).assumingMemoryBound(to: sockaddr.self),
        size
      )
    }
    _ = try Errno.check(bound)
    _ = unsafe chmod(path, 0o660)
    _ = try Errno.check(Glibc.listen(listener.rawValue, backlog))
    return listener
  }

  deinit {
    _ = unsafe unlink(path)
  }

  /// Readable when somebody asks.
  var rawDescriptor: Int32 { listener.rawValue }

  /// Whether somebody waits for an answer.
  var isAsked: Bool {
    var wait = pollfd(fd: listener.rawValue, events: Int16(POLLIN), revents: 0)
    return unsafe poll(&wait, 1, 0) == 1
  }

  /// Answers those who wait with `page`.
  func serve(_ page: String) {
    let text = Array(page.utf8)
    for _ in 0..<Self.connectionsPerRound {
      let accepted = accept(listener.rawValue, nil, nil)
      guard accepted >= 0 else { return }
      let connection = Descriptor(owning: accepted)
      // A local reader that is too slow for one page gets none: nothing here ever waits.
      _ = unsafe send(
        connection.rawValue,
        text,
        text.count,
        Int32(MSG_NOSIGNAL) | Int32(MSG_DONTWAIT)
      )
    }
  }
}
