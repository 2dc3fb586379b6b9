internal import CLinux
internal import Glibc
public import Wire

/// What came of an attempt to make a connection.
public enum DialOutcome<Socket: ~Copyable>: ~Copyable {
  /// Under way, or already standing: the socket tells when it is writable.
  case connecting(Socket)
  /// The other side refused at once.
  case refused
  /// This process has no descriptor left.
  case descriptorsShort
  /// The kernel does not let it: a capability, route or address is missing.
  case forbidden(Errno)
}

/// What came of an attempt to accept a connection.
public enum AcceptOutcome<Socket: ~Copyable>: ~Copyable {
  /// A connection and where it comes from.
  case connection(Arrival<Socket>)
  /// No more are waiting.
  case empty
  /// One was waiting and went before it could be taken.
  case gone
  /// This process has no descriptor left.
  case descriptorsShort
}

/// A connection that was just accepted.
@frozen
public struct Arrival<Socket: ~Copyable>: ~Copyable {
  /// The connection.
  public let socket: Socket
  /// The peer's address and port.
  public let source: Endpoint

  /// A connection from `source`.
  public init(socket: consuming Socket, source: Endpoint) {
    self.socket = socket
    self.source = source
  }
}

/// The packet mark of the dial with the peer's address: it brings the router's answers back here.
public struct PacketMark: BitwiseCopyable, Sendable, Equatable {
  /// The mark's bits.
  public let rawValue: UInt32

  /// A mark.
  @_noLocks
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }
}

extension StreamSocket {
  /// Starts a connection to `router` from an address of this host.
  @_noLocks
  public static func dial(_ router: Endpoint) -> DialOutcome<StreamSocket> {
    var target = router.toKernel()
    return outcome(unsafe linux_dial(&target, nil, 0))
  }

  /// Starts a connection to `router` from `source`, whoever has that address; from any port when
  /// its port is 0. Needs CAP_NET_RAW and the policy route.
  @_noLocks
  static func dial(
    _ router: Endpoint,
    from source: Endpoint,
    mark: PacketMark
  ) -> DialOutcome<StreamSocket> {
    var target = router.toKernel()
    var source = source.toKernel()
    return outcome(unsafe linux_dial(&target, &source, mark.rawValue))
  }

  @_noLocks
  private static func outcome(_ result: Int32) -> DialOutcome<StreamSocket> {
    if result >= 0 { return .connecting(StreamSocket(Descriptor(owning: result))) }
    let errno = Errno.last
    switch errno.rawValue {
    case ECONNREFUSED: return .refused
    case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .descriptorsShort
    default: return .forbidden(errno)
    }
  }
}

extension Listener {
  /// Takes the next waiting connection, non-blocking.
  @_noLocks
  public func accept() -> AcceptOutcome<StreamSocket> {
    var peer = linux_endpoint()
    while true {
      let result = unsafe linux_accept(descriptor.rawValue, &peer)
      if result >= 0 {
        let socket = StreamSocket(Descriptor(owning: result))
        return .connection(Arrival(socket: socket, source: Endpoint(peer)))
      }
      switch linux_errno() {
      case EINTR: continue
      case EAGAIN: return .empty
      case EMFILE, ENFILE, ENOBUFS, ENOMEM: return .descriptorsShort
      default: return .gone
      }
    }
  }
}

extension StreamSocket {
  /// Whether something takes connections at `endpoint`: nil when neither that nor the contrary
  /// shows within the time. Blocks for that long: for control threads only.
  public static func reaches(
    _ endpoint: Endpoint,
    withinMilliseconds limit: Int32
  ) -> ConnectOutcome? {
    switch dial(endpoint) {
    case .connecting(let socket):
      var wait = pollfd(fd: socket.descriptor.rawValue, events: Int16(POLLOUT), revents: 0)
      guard unsafe poll(&wait, 1, limit) == 1 else { return nil }
      return socket.connectOutcome()
    case .refused: return .refused
    case .descriptorsShort: return nil
    case .forbidden: return nil
    }
  }
}
