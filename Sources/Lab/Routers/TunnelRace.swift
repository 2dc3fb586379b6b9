import Dispatch
import Kernel
import Synchronization
import Wire

/// The client tunnels of a network: all are tried at once, and the first that leads to the web
/// server is used from then on.
final class TunnelRace: Sendable {
  private let client: LabRouter
  private let tunnels: [Endpoint]
  private let race = Race()

  /// One try: a tunnel that is not ready may hold the request for long.
  static let attemptNanoseconds = 5 * Nanoseconds.perSecond
  /// Between two tries on one tunnel.
  static let retryNanoseconds = 100 * Nanoseconds.perMillisecond

  /// Connects once to every client tunnel of `client` as soon as it listens.
  ///
  /// i2pd starts the destination of a client at its first connection; one before the first round
  /// of tunnel building, 2 s after the start, saves a round of 5 s.
  init(client: LabRouter) throws(LabError) {
    self.client = client
    let first = LabNetwork.webClient
    let tunnels = (0..<client.configuration.settings.destinationPairs).map {
      Endpoint(address: first.address, port: first.port + UInt16($0))
    }
    self.tunnels = tunnels
    let ports = Set(tunnels.map(\.port))
    let isOpen = Pause.until(timeoutNanoseconds: LabRouter.startTimeoutNanoseconds) {
      guard let pid = client.pid else { return true }
      return ports.isSubset(
        of: SocketTable.tcp(of: pid).filter(\.isListening).map(\.localPort)
      )
    }
    guard isOpen, client.pid != nil else {
      throw LabError("router \(client.number) does not open its client tunnels")
    }
    try client.namespace.run {
      for tunnel in tunnels {
        _ = try? TCPSocket.connected(to: tunnel, timeoutNanoseconds: Self.attemptNanoseconds)
      }
    }
  }

  /// Tries all tunnels until one brings the page.
  func run(timeoutNanoseconds: UInt64) throws(LabError) {
    let end = Clock.now.advanced(byNanoseconds: timeoutNanoseconds)
    let race = race
    race.restart()
    for tunnel in tunnels {
      // Nobody joins: a try in progress may outlast the race, and ends by its own time limit.
      _ = try client.namespace.startThread {
        while race.winner == nil, Clock.now < end {
          if case .success = Self.attempt(tunnel) { race.finish(with: tunnel) }
          Pause.nanoseconds(Self.retryNanoseconds)
        }
        race.leave()
      }
    }
    race.waitForWinner(orAllOf: tunnels.count)
    guard race.winner == nil else { return }
    throw LabError("no page through the tunnels after \(timeoutNanoseconds / 1_000_000_000) s")
  }

  /// Fetches the page through the tunnel that won.
  func fetch(timeoutNanoseconds: UInt64) throws(LabError) -> TinyHTTP.Response {
    guard let tunnel = race.winner else { throw LabError("no tunnel has brought the page yet") }
    return try client.namespace.run {
      try Self.attempt(tunnel, timeoutNanoseconds: timeoutNanoseconds).get()
    }
  }

  private static func attempt(
    _ tunnel: Endpoint,
    timeoutNanoseconds: UInt64 = attemptNanoseconds
  ) -> Result<TinyHTTP.Response, LabError> {
    Result { () throws(LabError) in
      let response = try TinyHTTP.get(from: tunnel, timeoutNanoseconds: timeoutNanoseconds)
      guard response.status == 200, response.body == LabNetwork.page else {
        throw LabError("the page came back changed: status \(response.status)")
      }
      return response
    }
  }
}

/// Who was first, shared by the threads of a race.
private final class Race: Sendable {
  private let first = Mutex<Endpoint?>(nil)
  private let left = DispatchSemaphore(value: 0)

  var winner: Endpoint? { first.withLock { $0 } }

  func restart() {
    first.withLock { $0 = nil }
    while left.wait(timeout: .now()) == .success {}
  }

  func finish(with tunnel: Endpoint) {
    first.withLock { $0 = $0 ?? tunnel }
  }

  func leave() {
    left.signal()
  }

  /// The winner itself leaves at once, so each signal is worth a look.
  func waitForWinner(orAllOf count: Int) {
    for _ in 0..<count where winner == nil { left.wait() }
  }
}
