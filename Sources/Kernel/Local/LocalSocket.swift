internal import CLinux
internal import Glibc

/// What a read or a write of a local socket gave.
public enum LocalTransfer: Equatable, Sendable {
  /// So many bytes went.
  case bytes(Int)
  /// Nothing goes at the moment, or the time was over.
  case wouldBlock
  /// The other end has closed, or is gone.
  case ended
}

/// One end of a connection over a Unix socket.
public struct LocalSocket: ~Copyable {
  /// For a call that borrows it.
  public let descriptor: Descriptor

  init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// Connects to the socket at `path`; no later call blocks longer than `waitMilliseconds`.
  public init(to path: String, waitMilliseconds: UInt32) throws(Errno) {
    let connected = Descriptor(owning: try Errno.check(unsafe linux_local_connect(path)))
    _ = try Errno.check(linux_wait_limits(connected.rawValue, waitMilliseconds))
    descriptor = connected
  }

  /// Reads what is there, at most the size of `buffer`.
  public func read(into buffer: inout [UInt8]) -> LocalTransfer {
    let count = unsafe buffer.withUnsafeMutableBytes { memory in
      unsafe linux_receive(descriptor.rawValue, memory.baseAddress, memory.count, 0)
    }
    if count == 0 { return .ended }
    return count > 0 ? .bytes(count) : Self.failure()
  }

  /// Writes as much of `bytes` as goes.
  public func write(_ bytes: ArraySlice<UInt8>) -> LocalTransfer {
    let count = unsafe bytes.withUnsafeBytes { memory in
      unsafe linux_send(
        descriptor.rawValue,
        memory.baseAddress,
        memory.count,
        Int32(MSG_NOSIGNAL)
      )
    }
    return count >= 0 ? .bytes(count) : Self.failure()
  }

  /// Says that nothing more will be written.
  public func finishWriting() {
    _ = shutdown(descriptor.rawValue, Int32(SHUT_WR))
  }

  /// Who is at the other end; nil when the kernel does not tell.
  public var peer: LocalPeer? { LocalPeer(of: descriptor.rawValue) }

  private static func failure() -> LocalTransfer {
    switch Errno.last.rawValue {
    case EAGAIN, EINTR: .wouldBlock
    default: .ended
    }
  }
}

/// Who is at the other end of a Unix socket, as the kernel noted it when it connected.
public struct LocalPeer: Equatable, Sendable {
  /// Groups that are looked at: more than any account has.
  private static let groupsMaximum = 256

  /// The user's number; 0 is root.
  public let user: UInt32
  /// The groups that the user was in.
  public let groups: [UInt32]

  /// A user in these groups.
  public init(user: UInt32, groups: [UInt32]) {
    self.user = user
    self.groups = groups
  }

  fileprivate init?(of socket: Int32) {
    var user: UInt32 = 0
    var group: UInt32 = 0
    guard unsafe linux_peer_user(socket, &user, &group) == 0 else { return nil }
    var others = [UInt32](repeating: 0, count: Self.groupsMaximum)
    let count = unsafe linux_peer_groups(socket, &others, Int32(others.count))
    self.init(user: user, groups: [group] + others.prefix(max(Int(count), 0)))
  }

  /// The user's name; the number when nobody has it.
  public var name: String {
    guard let entry = unsafe getpwuid(user), let text = unsafe entry.pointee.pw_name else {
      return String(user)
    }
    return unsafe String(cString: text)
  }
}
