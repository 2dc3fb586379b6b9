internal import Capture
internal import Filter
internal import Wire

/// One thing that happened to a TCP connection of a capture, in the order of the gate's own events.
enum ConnectionEvent: Equatable {
  /// The handshake of TCP is done: the gate would accept it now.
  case opened
  /// More of the peer's bytes are there, in order.
  case peerSent(Int)
  /// The router sent so many bytes.
  case routerSent(Int)
  /// The peer closed its direction, or broke off.
  case peerClosed
  /// The router closed its direction, or broke off.
  case routerClosed
}

/// One end of a connection of the capture and the other.
struct ConnectionKey: Hashable {
  /// The peer.
  let peer: Endpoint
  /// The guarded port.
  let gate: Endpoint
}

/// What was seen of one connection.
struct CapturedConnection {
  /// What the first packet told of its sender; nil when the capture began later.
  let fingerprint: SynFingerprint?
  /// The peer's bytes from the first on, as far as they are in order and matter to a gate.
  private(set) var bytes: [UInt8] = []
  /// Whether the peer has answered the router's SYN.
  private(set) var isOpen = false
  /// Whether the peer has closed its direction.
  var peerEnded = false
  /// Whether the router has.
  var routerEnded = false
  /// When its SYN came, in nanoseconds since 1970.
  let beganNanoseconds: UInt64
  /// From the router's SYN to the peer's answer, as far as the capture has both.
  private(set) var roundTripMicroseconds: UInt32?
  /// What the router did, to tell whether it took the peer for one.
  private(set) var turns = ConnectionTurns()

  private let firstSequence: UInt32
  private var inOrderCount = 0
  private var later: [(offset: Int, bytes: ArraySlice<UInt8>)] = []
  private var routerFirstSequence: UInt32?
  private var routerBeganNanoseconds: UInt64?
  private var routerCount = 0

  /// More than any first flight: what follows tells the gate nothing.
  static let bytesMaximum = NTCP2Handshake.longestFirstFlight + 1
  /// Segments that came before an earlier one, at most; more are lost to the simulation.
  private static let laterMaximum = 16

  /// A connection whose SYN has this sequence number.
  init(fingerprint: SynFingerprint?, sequence: UInt32, nanoseconds: UInt64) {
    self.fingerprint = fingerprint
    beganNanoseconds = nanoseconds
    firstSequence = sequence &+ 1
  }

  /// Whether a SYN with this sequence number is the same one, sent again.
  func began(with sequence: UInt32) -> Bool { firstSequence == sequence &+ 1 }

  /// Takes a segment of the peer; how many bytes are new and in order.
  mutating func takePeer(_ sequence: UInt32, _ segment: ArraySlice<UInt8>) -> Int {
    let before = inOrderCount
    take(offset: Int(Int32(bitPattern: sequence &- firstSequence)), segment)
    while let next = later.firstIndex(where: { $0.offset <= inOrderCount }) {
      let waiting = later.remove(at: next)
      take(offset: waiting.offset, waiting.bytes)
    }
    let count = inOrderCount - before
    if count > 0 { turns.peerSent() }
    return count
  }

  private mutating func take(offset: Int, _ segment: ArraySlice<UInt8>) {
    guard offset + segment.count > inOrderCount else { return }
    guard offset <= inOrderCount else {
      if later.count < Self.laterMaximum { later.append((offset, segment)) }
      return
    }
    let fresh = segment.dropFirst(inOrderCount - offset)
    inOrderCount += fresh.count
    bytes += fresh.prefix(Self.bytesMaximum - bytes.count)
  }

  /// Takes a segment of the router; how many of its bytes are new.
  mutating func takeRouter(_ sequence: UInt32, _ count: Int) -> Int {
    let first = routerFirstSequence ?? sequence
    routerFirstSequence = first
    let end = Int(Int32(bitPattern: sequence &- first)) + count
    let fresh = max(0, end - routerCount)
    routerCount = max(routerCount, end)
    if fresh > 0 { turns.routerSent(fresh) }
    return fresh
  }

  /// The router's SYN was seen.
  mutating func routerBegan(_ sequence: UInt32, nanoseconds: UInt64) {
    routerFirstSequence = sequence &+ 1
    routerBeganNanoseconds = nanoseconds
  }

  /// The peer answered the router's SYN.
  mutating func opened(nanoseconds: UInt64) {
    isOpen = true
    guard let began = routerBeganNanoseconds, nanoseconds > began else { return }
    roundTripMicroseconds = UInt32(clamping: (nanoseconds - began) / 1_000)
  }
}

/// Who spoke after whom: a router that speaks a second time, after the peer's second turn, took the
/// peer's handshake. So the capture itself tells who was honest, whatever a gate thinks of it.
struct ConnectionTurns {
  private enum Turn { case peerFirst, routerFirst, peerSecond, session }
  private var turn = Turn.peerFirst
  private var routerBytes = 0
  /// A router that refuses the second turn says so in one frame of at most this many bytes.
  private static let farewellBytes = 64

  /// Whether the router took the peer for one.
  var isSession: Bool { turn == .session }

  mutating func peerSent() {
    if turn == .routerFirst { turn = .peerSecond }
  }

  mutating func routerSent(_ count: Int) {
    switch turn {
    case .peerFirst: turn = .routerFirst
    case .peerSecond:
      routerBytes += count
      if routerBytes > Self.farewellBytes { turn = .session }
    case .routerFirst, .session: break
    }
  }
}
