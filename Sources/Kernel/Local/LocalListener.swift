internal import CLinux
internal import Glibc

/// A Unix socket at a path, on which programs of this host ask for something.
public struct LocalListener: ~Copyable {
  /// Connections that may wait to be accepted.
  private static let backlog: Int32 = 16
  /// Its owner and its group may connect.
  private static let mode: UInt32 = 0o660

  /// What lies at a path, so that nothing else is removed there.
  private struct Identity: Equatable {
    let device: UInt64
    let inode: UInt64
  }

  /// Readable when somebody connects.
  public let descriptor: Descriptor
  /// Where it listens.
  public let path: String
  /// The group that may connect.
  public let group: UInt32
  private let identity: Identity?

  /// Listens at `path`, in place of a socket that nobody listens on any more.
  /// - Throws: `EADDRINUSE` when another program listens there, `EEXIST` when it is no socket.
  public init(at path: String) throws(Errno) {
    try Self.clear(path)
    descriptor = Descriptor(
      owning: try Errno.check(unsafe linux_local_listen(path, Self.mode, Self.backlog))
    )
    self.path = path
    let status = Self.status(path)
    identity = status.map { Identity(device: UInt64($0.st_dev), inode: UInt64($0.st_ino)) }
    group = status?.st_gid ?? getegid()
  }

  deinit {
    guard let status = Self.status(path) else { return }
    let found = Identity(device: UInt64(status.st_dev), inode: UInt64(status.st_ino))
    if found == identity { _ = unsafe unlink(path) }
  }

  /// The next connection that waits; nil when there is none.
  public func accept() -> LocalSocket? {
    let accepted = linux_local_accept(descriptor.rawValue)
    return accepted >= 0 ? LocalSocket(Descriptor(owning: accepted)) : nil
  }

  /// Removes a socket that an earlier life left behind.
  private static func clear(_ path: String) throws(Errno) {
    guard let status = status(path) else { return }
    guard status.st_mode & S_IFMT == S_IFSOCK else { throw Errno(rawValue: EEXIST) }
    let answering = unsafe linux_local_connect(path)
    guard answering < 0 else {
      _ = Descriptor(owning: answering)
      throw Errno(rawValue: EADDRINUSE)
    }
    _ = unsafe unlink(path)
  }

  private static func status(_ path: String) -> stat? {
    var status = stat()
    return unsafe lstat(path, &status) == 0 ? status : nil
  }
}
