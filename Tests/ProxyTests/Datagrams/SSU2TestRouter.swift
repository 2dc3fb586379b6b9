import Filter
import Wire

@testable import Lab

/// A router that speaks enough of SSU2 to be called: it answers a TokenRequest with a Retry, and a
/// SessionRequest with a good token with bytes that only its peer could read.
final class SSU2TestRouter {
  static let endpoint = Endpoint(address: SourceAddress(ipv4: 0xcb00_7107), port: 17_654)
  static let wallStart: UInt64 = 1_800_000_000
  static let introductionKey = [UInt8](repeating: 0x55, count: 32)
  /// The first bytes of what stands for SessionCreated and for data.
  static let created: [UInt8] = Array("created ".utf8)

  static let published = SSU2RouterFacts(
    hash: [UInt8](repeating: 0x11, count: 32),
    staticKey: Primitives.publicKey(of: [UInt8](repeating: 0x33, count: 32)),
    introductionKey: introductionKey,
    endpoint: endpoint,
    networkIdentifier: 2
  )

  static func facts(_ kind: RouterKind) -> SSU2Facts {
    SSU2Facts(
      kind: kind,
      version: 957,
      routerHash: published.hash,
      introductionKey: introductionKey,
      staticPublicKey: published.staticKey,
      networkIdentifier: 2,
      versions: .classic
    )
  }

  let world: DatagramWorld
  let kind: RouterKind
  private var tokens: [Endpoint: UInt64] = [:]
  /// Whom it has answered with a session, as it sees them.
  private(set) var sessions: [Endpoint: Int] = [:]
  private(set) var tokenRequestCount = 0
  /// SessionRequests with tokens that it never gave.
  private(set) var unknownTokenCount = 0
  /// Datagrams of sessions.
  private(set) var dataCount = 0
  /// Whether it runs.
  var isUp = true

  init(_ world: DatagramWorld, _ kind: RouterKind) {
    self.world = world
    self.kind = kind
  }

  func receive(_ packet: DatagramWorld.Packet) {
    guard isUp else {
      world.links[packet.source]?.isRefused = true
      return
    }
    let key = Self.introductionKey
    guard let header = SSU2Sealed.header(of: packet.bytes, key: key) else { return }
    switch SSU2MessageType(rawValue: header.type) {
    case .tokenRequest where header.version == 2:
      // One noise in 65,536 has this header: it is its seal that tells.
      guard SSU2Sealed.open(packet.bytes, header: header, key: key) != nil else { return }
      tokenRequestCount += 1
      retry(header, packet.source)
    case .sessionRequest where header.version == 2 && header.networkIdentifier == 2:
      if tokens[packet.source] == header.token {
        sessions[packet.source, default: 0] += 1
        world.routerSends(Self.created + Self.noise(world), to: packet.source)
      } else {
        unknownTokenCount += 1
        if kind == .i2pd { retry(header, packet.source) }
      }
    default:
      guard sessions[packet.source] != nil else { return }
      dataCount += 1
      world.routerSends(Self.noise(world), to: packet.source)
    }
  }

  /// Bytes that mean nothing to whoever has no session's keys.
  static func noise(_ world: DatagramWorld) -> [UInt8] {
    (0..<100).map { _ in UInt8(truncatingIfNeeded: world.random.below(256)) }
  }

  private func retry(_ question: SSU2Header, _ peer: Endpoint) {
    let token = tokens[peer] ?? (1 + world.random.below(.max - 1))
    tokens[peer] = token
    let header = SSU2Header(
      .retry,
      to: question.source,
      from: question.destination,
      token: token,
      networkIdentifier: 2
    )
    let seconds = UInt32(Self.wallStart + world.now / Nanoseconds.perSecond)
    let payload = SSU2Block.dateTime(seconds).bytes + SSU2Block.address(peer).bytes
    world.routerSends(SSU2Sealed.seal(header, payload, key: Self.introductionKey), to: peer)
  }
}
