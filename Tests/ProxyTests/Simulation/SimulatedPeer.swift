import Filter
import Wire

@testable import Lab

/// What a made-up peer does.
enum PeerManner: Equatable {
  /// The whole handshake, data both ways, a clean end.
  case honest
  /// A good first flight, nothing more.
  case stalls
  /// A good first flight, then it ends its direction.
  case hangsUpAfterFlight
  /// A good first flight; the connection breaks a little later.
  case resetsLater
  /// A good first flight with bytes behind it.
  case speaksEarly
  /// A first flight that the router's key does not open, or whose options are wrong.
  case wrongFlight
  /// Random bytes.
  case junk
  /// Another protocol.
  case greets
  /// Nothing.
  case silent
  /// Some bytes of a good first flight.
  case partial
  /// Some bytes of a good first flight, then it ends its direction.
  case partialAndGone

  static let all: [PeerManner] = [
    .honest, .stalls, .hangsUpAfterFlight, .resetsLater, .speaksEarly, .wrongFlight, .junk,
    .greets, .silent, .partial, .partialAndGone,
  ]
  static let floods: [PeerManner] = [.wrongFlight, .junk, .greets, .silent, .partial]

  /// Whether the router may be dialled for it.
  var mayBeAdmitted: Bool {
    switch self {
    case .honest, .stalls, .hangsUpAfterFlight, .resetsLater, .speaksEarly: true
    case .wrongFlight, .junk, .greets, .silent, .partial, .partialAndGone: false
    }
  }
}

/// A made-up peer and the router's end of its session, when it has one.
final class SimulatedPeer {
  let manner: PeerManner
  let end: FarEnd
  /// Its first flight, when it has a good one.
  let flight: [UInt8]
  /// What it sends after the router's answer.
  private let reply: [UInt8]
  /// Bytes that it wants of the router, the answer included.
  let wanted: Int
  /// The router's end, for each dial.
  var router: FarEnd?
  /// How often its first flight was handed over.
  var handOverCount = 0
  private var hasReplied = false

  init(_ manner: PeerManner, _ link: SimulatedLink, wallSeconds: UInt64, bulkBytes: Int) {
    let world = link.world
    self.manner = manner
    end = FarEnd(link)
    wanted = 1 + (manner == .honest ? world.random.number(0...bulkBytes) : 64)
    reply = world.random.bytes(
      TestRouter.message3Length + (manner == .honest ? world.random.number(0...bulkBytes) : 0)
    )
    flight = TestRouter.flight(
      padding: world.random.number(0...200),
      wallSeconds: wallSeconds,
      key: world.random.bytes(32)
    )
    if world.random.happens(40) { end.pieceBytes = 300 }
    end.expected = { [unowned self] in router?.said ?? [] }
    end.heard = { [unowned self] in heard() }
    end.ended = { [unowned self] in end.hangUp() }
  }

  func start() {
    let world = end.link.world
    switch manner {
    case .honest, .stalls: end.say(flight)
    case .hangsUpAfterFlight:
      end.say(flight)
      end.hangUp()
    case .resetsLater:
      end.say(flight)
      world.after(world.random.below(40_000_000)) { [self] in end.reset() }
    case .speaksEarly: end.say(flight + world.random.bytes(world.random.number(1...500)))
    case .wrongFlight: end.say(wrongFlight())
    case .junk: end.say(world.random.bytes(world.random.number(1...4_000)))
    case .greets: end.say(Array("GET / HTTP/1.1\r\nHost: nowhere\r\n\r\n".utf8))
    case .silent: break
    case .partial, .partialAndGone:
      end.say(Array(flight.prefix(world.random.number(1...(flight.count - 1)))))
      if manner == .partialAndGone { end.hangUp() }
    }
  }

  private func wrongFlight() -> [UInt8] {
    var random = end.link.world.random
    let choice = random.below(5)
    return TestRouter.flight(
      padding: 10,
      wallSeconds: 1_800_000_000,
      key: random.bytes(32)
    ) { options in
      switch choice {
      case 0: options.fault = .wrongStaticKey
      case 1: options.fault = .zeroKey
      case 2: options.networkIdentifier = 77
      case 3: options.declaredMessageThreeLength = 60_000
      default: options.fault = .highBitSet
      }
    }
  }

  /// Whether its whole first flight can be read.
  var hasShown: Bool { end.said.count >= flight.count && manner.mayBeAdmitted }

  /// Whether all went as it should.
  var isServed: Bool {
    end.received.count >= wanted && router?.received == end.said && end.received == router?.said
  }

  private func heard() {
    guard manner == .honest else { return }
    if !hasReplied {
      hasReplied = true
      end.say(reply)
    }
    if end.received.count >= wanted { end.hangUp() }
  }
}
