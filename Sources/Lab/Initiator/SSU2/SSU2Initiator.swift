internal import Kernel
internal import Wire

/// Our own SSU2 initiator (Alice): speaks the handshake rightly, or wrongly on request, in the
/// manner of one router or the other, and tells exactly how it ended.
///
/// It blocks the thread it is called on, within the options' patience, and sends in the network
/// namespace of that thread. Every message that it believes is authentic, so `established` means
/// that the router proved itself and accepted us.
enum SSU2Initiator {
  /// Does one handshake, with its redials.
  ///
  /// - Parameters:
  ///   - target: the router's SSU2 address.
  ///   - source: an address of this host or namespace to call from, with port 0 for any port; nil:
  ///     the kernel's choice.
  ///   - router: whom we expect there.
  ///   - options: what to do, rightly or wrongly.
  /// - Returns: how far it came, how it ended, and what was seen on the way.
  static func handshake(
    to target: Endpoint,
    from source: Endpoint? = nil,
    router: SSU2RouterFacts,
    options: SSU2HandshakeOptions = SSU2HandshakeOptions()
  ) -> SSU2HandshakeResult {
    let socket: UDPSocket
    do throws(Errno) {
      socket = try UDPSocket.connected(to: target, from: source)
    } catch {
      return SSU2HandshakeResult(end: .failed(error, stage: .awaitingRetry))
    }
    var run = SSU2HandshakeRun(socket: socket, target: target, router: router, options: options)
    return run.perform()
  }

  /// The datagrams of one honest handshake with the router at `target`, as somebody on the way
  /// records them.
  static func recording(of target: Endpoint, router: SSU2RouterFacts) -> [[UInt8]] {
    var options = SSU2HandshakeOptions()
    options.recording = .on
    return handshake(to: target, router: router, options: options).recording
  }

  /// Does one handshake from any port of `source`.
  static func handshake(
    to target: Endpoint,
    from source: SourceAddress,
    router: SSU2RouterFacts,
    options: SSU2HandshakeOptions = SSU2HandshakeOptions()
  ) -> SSU2HandshakeResult {
    handshake(
      to: target,
      from: Endpoint(address: source, port: 0),
      router: router,
      options: options
    )
  }
}
