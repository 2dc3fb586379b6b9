internal import CLinux
internal import Glibc
public import Wire

/// How a datagram socket comes by its datagrams.
public enum DatagramReception: BitwiseCopyable, Sendable {
  /// The kernel's rules divert them, and it says where each was meant to go. The address is the
  /// socket's alone. Needs CAP_NET_RAW.
  case diverted
  /// They are sent to it. It shares its port with the sockets of the other shards.
  case direct
}

/// A UDP socket. Its calls never block, never lock and never allocate.
public struct DatagramSocket: ~Copyable, Sendable {
  /// Room for datagrams that wait, in bytes as the kernel counts them (a small datagram costs it
  /// about 800): some 10,000 of them. Without CAP_NET_ADMIN the host's `net.core.rmem_max` holds.
  public static let receiveMemoryBytes: Int32 = 8 << 20
  /// Longest UDP payload there is.
  public static let longestPayloadBytes = 65_507

  /// The socket's descriptor, to be registered with a poller.
  public let descriptor: Descriptor

  /// Receives on `local`.
  ///
  /// - Parameters:
  ///   - local: The address and port; for diverted datagrams those of the plan
  ///     (`FirewallPlan.strangers` and `witness`).
  ///   - reception: How its datagrams come.
  ///   - lengths: Payloads of other lengths are dropped before they wake anybody.
  /// - Throws: The error of the call that failed, such as "address in use".
  public init(
    on local: Endpoint,
    _ reception: DatagramReception,
    lengths: ClosedRange<Int>
  ) throws(Errno) {
    precondition(
      lengths.lowerBound >= 0 && lengths.upperBound <= Self.longestPayloadBytes,
      "no datagram is so long"
    )
    var endpoint = local.toKernel()
    let isDiverted: Int32 = reception == .diverted ? 1 : 0
    let made = Descriptor(
      owning: try Errno.check(
        unsafe linux_datagram_socket(&endpoint, isDiverted, 1 - isDiverted)
      )
    )
    let raw = made.rawValue
    _ = try Errno.check(linux_receive_memory(raw, Self.receiveMemoryBytes))
    _ = try Errno.check(
      linux_accept_lengths(raw, UInt32(lengths.lowerBound), UInt32(lengths.upperBound))
    )
    descriptor = made
  }

  /// Takes over a socket.
  @_noLocks
  private init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// A socket that speaks with `remote` alone, from a port of its own: one peer's way to an
  /// upstream.
  @_noLocks
  public static func dial(_ remote: Endpoint) -> DialOutcome<DatagramSocket> {
    var target = remote.toKernel()
    let result = unsafe linux_datagram_dial(&target)
    if result >= 0 { return .connecting(DatagramSocket(Descriptor(owning: result))) }
    let errno = Errno.last
    switch errno.rawValue {
    case ECONNREFUSED: return .refused
    // EAGAIN: no local port is left.
    case EMFILE, ENFILE, ENOBUFS, ENOMEM, EAGAIN: return .descriptorsShort
    default: return .forbidden(errno)
    }
  }

  /// Spreads datagrams over the `shards` sockets of this port by the source's network, mixed with
  /// `secret`. Called on one of them, once all are there, and only for `direct` ones: what the
  /// rules divert they also spread (`FirewallPlan.shards`), since the kernel asks no program for a
  /// diverted datagram's place in a group.
  public func steerByNetwork(isIPv4: Bool, shards: UInt32, secret: UInt32) throws(Errno) {
    _ = try Errno.check(
      linux_steer_by_network(descriptor.rawValue, isIPv4 ? 1 : 0, shards, secret)
    )
  }

  /// Sends one datagram to whom this socket was dialled to. What finds no room is lost, as any
  /// datagram may be.
  @_noLocks
  public func send(_ payload: UnsafeRawBufferPointer) -> DatagramDispatch {
    while true {
      let result = unsafe linux_send(
        descriptor.rawValue,
        payload.baseAddress,
        payload.count,
        Int32(MSG_DONTWAIT)
      )
      if let dispatch = Self.dispatch(result) { return dispatch }
    }
  }

  /// Sends one datagram to `peer`. What finds no room is lost, as any datagram may be.
  @_noLocks
  public func send(_ payload: UnsafeRawBufferPointer, to peer: Endpoint) -> DatagramDispatch {
    var target = peer.toKernel()
    while true {
      let result = unsafe linux_send_to(
        descriptor.rawValue,
        payload.baseAddress,
        payload.count,
        &target
      )
      if let dispatch = Self.dispatch(result) { return dispatch }
    }
  }

  /// What a send's result means; nil when it is to be tried again.
  @_noLocks
  private static func dispatch(_ result: Int) -> DatagramDispatch? {
    if result >= 0 { return .sent }
    switch linux_errno() {
    case EINTR: return nil
    case EAGAIN, ENOBUFS, ENOMEM: return .full
    default: return .refused
    }
  }

  /// This side's address and port.
  @_noLocks
  public func localEndpoint() -> Endpoint? {
    var endpoint = linux_endpoint()
    guard unsafe linux_local_endpoint(descriptor.rawValue, &endpoint) == 0 else { return nil }
    return Endpoint(endpoint)
  }
}

/// What became of a datagram that was sent.
public enum DatagramDispatch: Equatable, BitwiseCopyable, Sendable {
  /// It went.
  case sent
  /// No room: it is lost.
  case full
  /// The kernel refused it, or told that an earlier one was refused.
  case refused
}
