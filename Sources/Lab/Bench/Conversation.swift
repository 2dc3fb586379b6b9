internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// What is said on a connection whose cost is measured: a handshake in everything but its contents.
///
/// ```
/// client -> service  first flight
/// service -> client  as many bytes as a short message 2
/// client -> service  message 3 and a first frame
/// service -> client  a first frame
/// client             closes
/// ```
/// The gate counts a handshake as complete once the service's frame shows that it took message 3.
struct Conversation: Sendable {
  /// Bytes of the service's answer.
  static let answerBytes = 100
  /// Bytes of the first frame of either side.
  static let frameBytes = 100

  /// First flights, each another one.
  var flights: FirstFlightPool
  /// Bytes of message 3 and the first frame.
  let closingBytes: Int

  /// Conversations with the router of `facts`, of which `count` can be held.
  init(with facts: RouterFacts, count: Int) {
    flights = FirstFlightPool(for: facts, capacity: count, wallSeconds: Clock.wallSeconds)
    closingBytes = MessageThree.partOneLength + flights.messageThreeLength + Self.frameBytes
  }

  /// A listener for the service at `endpoint` in `namespace`.
  static func listener(
    at endpoint: Endpoint,
    in namespace: NetworkNamespace
  ) throws(LabError) -> Descriptor {
    Descriptor(
      owning: try namespace.run {
        let address = endpoint.address
        let number = lab_listen(address.high, address.low, endpoint.port, TCPSocket.backlog)
        guard number >= 0 else { throw LabError.lastCall("cannot listen at \(endpoint)") }
        return number
      }
    )
  }
}
