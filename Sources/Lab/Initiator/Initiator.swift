internal import Glibc
internal import Kernel
internal import Wire

/// Our own NTCP2 initiator (Alice): speaks the handshake rightly, or wrongly on request, and tells
/// exactly how it ended.
///
/// It blocks the thread it is called on, within the options' patience, and connects in the network
/// namespace of that thread. It checks every byte of the router's that can be checked, so
/// `established` means that the router proved itself and accepted us.
enum Initiator {
  /// Does one handshake.
  ///
  /// - Parameters:
  ///   - target: the router's NTCP2 address.
  ///   - source: an address of this host or namespace to call from; nil: the kernel's choice.
  ///   - router: whom we expect there.
  ///   - options: what to do, rightly or wrongly.
  /// - Returns: how far it came, how it ended, and what a stranger saw.
  static func handshake(
    to target: Endpoint,
    from source: SourceAddress? = nil,
    router: RouterFacts,
    options: HandshakeOptions = HandshakeOptions()
  ) -> HandshakeResult {
    let start = Clock.now
    let deadline = start.advanced(byNanoseconds: options.patienceNanoseconds)
    let connection: LabConnection
    do throws(Errno) {
      connection = try LabConnection.open(to: target, from: source, deadline: deadline)
    } catch {
      return HandshakeResult(end: connectFailure(error), observation: Observation())
    }
    var run = HandshakeRun(connection: connection, router: router, options: options, start: start)
    let end = run.perform()
    return run.result(end)
  }

  private static func connectFailure(_ error: Errno) -> HandshakeEnd {
    switch error.rawValue {
    case ECONNREFUSED: .refused
    case ETIMEDOUT: .silence(stage: .connecting)
    default: .failed(error, stage: .connecting)
    }
  }
}
