internal import CLinux
public import Wire

/// A listening TCP socket that shares its port with those of the other shards.
public struct Listener: ~Copyable, Sendable {
  /// Connections that the kernel may keep ready; it clamps this to `net.core.somaxconn`.
  public static let backlog: Int32 = 65_535

  /// The listening descriptor, to be registered with a poller.
  public let descriptor: Descriptor

  /// Checks that nobody listens on `local` yet. Listeners share their port with those of the same
  /// user, so a second gate would not fail but take half of the connections.
  public static func checkFree(_ local: Endpoint) throws(Errno) {
    var endpoint = local.toKernel()
    _ = try Errno.check(unsafe linux_check_free(&endpoint))
  }

  /// Listens on `local`.
  ///
  /// - Parameters:
  ///   - local: The address and port; the wildcard address for diverted connections.
  ///   - isTransparent: Whether connections that the kernel diverts are to reach it (needs
  ///     CAP_NET_RAW).
  ///   - backlog: Connections that the kernel may keep ready.
  /// - Throws: The error of the call that failed, such as "address in use".
  public init(
    on local: Endpoint,
    isTransparent: Bool,
    backlog: Int32 = Self.backlog
  ) throws(Errno) {
    var endpoint = local.toKernel()
    descriptor = Descriptor(
      owning: try Errno.check(
        unsafe linux_listen(&endpoint, isTransparent ? 1 : 0, backlog)
      )
    )
  }

  /// Where it listens: with port 0 the kernel has chosen one.
  public func localEndpoint() -> Endpoint? {
    var endpoint = linux_endpoint()
    guard unsafe linux_local_endpoint(descriptor.rawValue, &endpoint) == 0 else { return nil }
    return Endpoint(endpoint)
  }

  /// Lets the kernel keep the headers of each connection's first packet until
  /// `StreamSocket.savedSyn` or the close: 40 to 160 bytes of kernel memory a connection.
  public func saveSyns() throws(Errno) {
    _ = try Errno.check(linux_save_syn(descriptor.rawValue))
  }

  /// Spreads connections over `shards` listeners of this port by the source's network, mixed with
  /// `secret`. Called on one of them, once all listen.
  public func steerByNetwork(isIPv4: Bool, shards: UInt32, secret: UInt32) throws(Errno) {
    _ = try Errno.check(
      linux_steer_by_network(descriptor.rawValue, isIPv4 ? 1 : 0, shards, secret)
    )
  }
}
