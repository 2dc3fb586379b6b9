import Filter
import Wire

@testable import Lab

/// A made-up peer: it calls the router as a router's initiator does, or it only pretends to.
final class DatagramPeer {
  /// What it wants.
  enum Aim {
    /// A session, and some data on it.
    case session
    /// TokenRequests in a name that is not its own: it never gets an answer.
    case spoof
    /// Noise.
    case garbage
  }

  static let dataCount = 5
  private static let resendNanoseconds: [UInt64] = [1_250, 3_750, 8_750]
    .map { $0 * Nanoseconds.perMillisecond }

  let world: DatagramWorld
  let endpoint: Endpoint
  let aim: Aim
  private let destination: UInt64
  private let source: UInt64
  private var token: UInt64?
  private var request: [UInt8] = []
  private(set) var isEstablished = false
  private(set) var answeredData = 0
  private(set) var rejectionCount = 0
  private(set) var retryCount = 0
  /// Where a Retry says that it is.
  private(set) var observed: Endpoint?

  init(_ world: DatagramWorld, _ endpoint: Endpoint, _ aim: Aim) {
    self.world = world
    self.endpoint = endpoint
    self.aim = aim
    destination = 1 + world.random.below(.max - 1)
    source = 1 + world.random.below(.max - 1)
    if aim == .session { world.peers[endpoint] = self }
  }

  /// Begins now.
  func begin() {
    switch aim {
    case .garbage: world.peerSends(SSU2TestRouter.noise(world), from: endpoint)
    case .spoof: world.peerSends(tokenRequest(), from: endpoint)
    case .session:
      world.peerSends(tokenRequest(), from: endpoint)
      for delay in Self.resendNanoseconds {
        world.after(delay) { [self] in
          if retryCount == 0 { world.peerSends(tokenRequest(), from: endpoint) }
        }
      }
    }
  }

  private func tokenRequest() -> [UInt8] {
    let header = SSU2Header(
      .tokenRequest,
      to: destination,
      from: source,
      token: 0,
      networkIdentifier: 2
    )
    let padding = SSU2Block.padding(count: Int(world.random.below(16))).bytes
    return SSU2Sealed.seal(header, dateTime + padding, key: SSU2TestRouter.introductionKey)
  }

  private var dateTime: [UInt8] {
    let seconds = SSU2TestRouter.wallStart + world.now / Nanoseconds.perSecond
    return SSU2Block.dateTime(UInt32(seconds)).bytes
  }

  func receive(_ bytes: [UInt8]) {
    if bytes.starts(with: SSU2TestRouter.created) { return sessionIsMade() }
    let key = SSU2TestRouter.introductionKey
    guard let header = SSU2Sealed.header(of: bytes, key: key),
      let payload = SSU2Sealed.open(bytes, header: header, key: key),
      header.type == SSU2MessageType.retry.rawValue
    else {
      if isEstablished { answeredData += 1 }
      return
    }
    guard header.destination == source, header.source == destination else {
      return world.complain("a Retry for somebody else")
    }
    for case .address(let seen) in SSU2Block.parse(payload) ?? [] { observed = seen }
    guard !isEstablished else { return }
    retryCount += 1
    if header.token == 0 {
      rejectionCount += 1
      token = nil
      return world.peerSends(tokenRequest(), from: endpoint)
    }
    // As i2pd: another token begins anew. A late one of those that came before does not matter.
    guard header.token != token else { return }
    token = header.token
    ask(header.token)
  }

  private func ask(_ token: UInt64) {
    let header = SSU2Header(
      .sessionRequest,
      to: destination,
      from: source,
      token: token,
      networkIdentifier: 2
    )
    request =
      SSU2SessionRequest(
        for: SSU2TestRouter.published,
        header: header,
        payload: dateTime + SSU2Block.padding(count: 3).bytes
      ).datagram
    let mine = request
    world.peerSends(mine, from: endpoint)
    for delay in Self.resendNanoseconds {
      world.after(delay) { [self] in
        if !isEstablished, request == mine { world.peerSends(mine, from: endpoint) }
      }
    }
  }

  private func sessionIsMade() {
    guard !isEstablished else { return }
    isEstablished = true
    for number in 0..<Self.dataCount {
      world.after(UInt64(number) * 50_000_000) { [self] in
        world.peerSends(SSU2TestRouter.noise(world), from: endpoint)
      }
    }
  }
}
