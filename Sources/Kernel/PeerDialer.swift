internal import CLinux
internal import Glibc
public import Wire

/// Dials the router from peers' addresses, each time from a port at which the peer has no
/// connection of its own.
///
/// The router's end of such a connection has the same 4-tuple as an accepted one from that port
/// would have, and the kernel does not see the clash: the dial's SYN would meet the accepted
/// connection, and break both. Behind a carrier's address thousands of ports are taken.
public struct PeerDialer: ~Copyable {
  /// Below the ports that Linux, Windows and the BSDs connect from, so that a peer's next
  /// connection seldom meets a dial that stands.
  static var ports: ClosedRange<UInt16> { 10_240...32_767 }
  /// Ports that are tried before the kernel chooses one.
  static var attempts: Int { 16 }

  private let diagnosis: Descriptor?
  private var next = ports.lowerBound

  /// A dialer in the network namespace of this thread. Where the kernel tells nothing of its
  /// connections, ports are only taken in turn.
  public init() {
    let raw = linux_diagnosis()
    diagnosis = raw < 0 ? nil : Descriptor(owning: raw)
  }

  /// Starts a connection to `router` from the address of `peer`. Needs CAP_NET_RAW and the policy
  /// route. `isAlone` says that no other connection came from that address lately, so that nobody
  /// has to be asked.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func dial(
    _ router: Endpoint,
    from peer: Endpoint,
    isAlone: Bool,
    mark: PacketMark
  ) -> DialOutcome<StreamSocket> {
    for _ in 0..<Self.attempts {
      let source = Endpoint(address: peer.address, port: takePort())
      guard source != peer, isAlone || !isTaken(source, at: router) else { continue }
      switch StreamSocket.dial(router, from: source, mark: mark) {
      case .connecting(let socket): return .connecting(socket)
      case .refused: return .refused
      case .descriptorsShort: return .descriptorsShort
      case .forbidden(let errno):
        // Another program listens there, or an earlier dial from it lingers.
        guard errno.rawValue == EADDRINUSE || errno.rawValue == EADDRNOTAVAIL else {
          return .forbidden(errno)
        }
      }
    }
    return StreamSocket.dial(router, from: Endpoint(address: peer.address, port: 0), mark: mark)
  }

  private mutating func takePort() -> UInt16 {
    defer { next = next == Self.ports.upperBound ? Self.ports.lowerBound : next &+ 1 }
    return next
  }

  func isTaken(_ source: Endpoint, at router: Endpoint) -> Bool {
    switch diagnosis {
    case .none: return false
    case .some(let descriptor):
      var (local, remote) = (router.toKernel(), source.toKernel())
      return unsafe linux_has_connection(descriptor.rawValue, &local, &remote) == 1
    }
  }
}
