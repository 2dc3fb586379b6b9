import Filter
import Kernel
import Wire

@testable import Proxy

/// A made-up network of datagrams with made-up time: peers, a router, and what the kernel's rules
/// do between them and the gate. All draws come from one seed.
final class DatagramWorld {
  /// A datagram on its way.
  struct Packet {
    var bytes: [UInt8]
    var source: Endpoint
    var destination: Endpoint
  }

  /// How often something goes wrong, in a thousand.
  struct Faults {
    /// Datagrams between peers and this host that get lost, or come twice.
    var lost: UInt64 = 0
    var doubled: UInt64 = 0
    /// The most that one of them is late: more than the time between two, so they overtake.
    var latestNanoseconds: UInt64 = 2_000_000
    /// Receives that bring nothing although something waits, or an error of an earlier send.
    var emptyReceive: UInt64 = 0
    var refusedReceive: UInt64 = 0
    /// Injected datagrams that the kernel has no room for.
    var congested: UInt64 = 0
  }

  private struct Happening {
    let at: UInt64
    let number: UInt64
    let action: () -> Void
  }

  static let queueCapacity = 1_024
  static let marks = DatagramMarks(
    after: FirewallPlan.Mark(value: 0x100, mask: 0xff00)
  ).unsafelyUnwrapped
  static let trialNanoseconds: UInt64 = 10 * Nanoseconds.perSecond
  static let admittedNanoseconds: UInt64 = 180 * Nanoseconds.perSecond

  var random: SmallRandom
  var faults = Faults()
  private(set) var now: UInt64
  private var happenings: [Happening] = []
  private var happeningCount: UInt64 = 0
  /// What waits at the two doors: peers' datagrams, and the router's answers.
  var doors: [[Packet]] = [[], []]
  /// Datagrams that found a full queue.
  private(set) var overflowCount = 0
  /// The links of a proxy, by their own endpoint.
  var links: [Endpoint: LinkState] = [:]
  var linkLimit = Int.max
  var openLinks = 0
  var linkCount: UInt16 = 0
  var isWakeRaised = false
  /// What the kernel's sets hold, and until when.
  private(set) var admitted: [Endpoint: UInt64] = [:]
  private(set) var pending: [Endpoint: UInt64] = [:]
  /// Whether the gate stands before the router; without it, datagrams are diverted to nobody.
  var isProxy = false
  private(set) var complaint: String?

  var peers: [Endpoint: DatagramPeer] = [:]
  /// Takes what reaches the router.
  var router: (Packet) -> Void = { _ in }
  /// What peers have sent, to know it when it comes out again.
  private var sent: Set<[UInt8]> = []

  init(seed: UInt64) {
    random = SmallRandom(seed: seed)
    now = 1_000_000_000 + random.below(1 << 40)
  }

  func complain(_ text: @autoclosure () -> String) {
    if complaint == nil { complaint = "at \(now / 1_000_000) ms: \(text())" }
  }

  func draw(_ thousandths: UInt64) -> Bool { random.below(1_000) < thousandths }

  // MARK: Time

  func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
    happeningCount += 1
    let fresh = Happening(at: now + nanoseconds, number: happeningCount, action: action)
    // Sorted, the next one last.
    let index =
      happenings.lastIndex { ($0.at, $0.number) > (fresh.at, fresh.number) }.map { $0 + 1 } ?? 0
    happenings.insert(fresh, at: index)
  }

  /// Moves on until something is ready, at most so far; the tokens of what is.
  func wait(timeoutMilliseconds: Int32) -> [UInt64] {
    now += 1 + random.below(50_000)
    let end = now + UInt64(timeoutMilliseconds) * Nanoseconds.perMillisecond
    while true {
      while let next = happenings.last, next.at <= now {
        happenings.removeLast()
        next.action()
      }
      let ready = readyTokens()
      guard ready.isEmpty, now < end else { return ready }
      now = min(happenings.last?.at ?? end, end)
    }
  }

  private func readyTokens() -> [UInt64] {
    var tokens: [UInt64] = []
    if isWakeRaised { tokens.append(Token(.wake, slot: 0).rawValue) }
    for (index, queue) in doors.enumerated() where !queue.isEmpty {
      tokens.append(Token(.listener, slot: UInt32(index)).rawValue)
    }
    tokens += links.values.filter { !$0.queue.isEmpty || $0.isRefused }.compactMap(\.token).sorted()
    return tokens
  }

  // MARK: The wire

  /// A peer sends to the router's address.
  func peerSends(_ bytes: [UInt8], from peer: Endpoint) {
    sent.insert(bytes)
    carry { [self] in
      let packet = Packet(bytes: bytes, source: peer, destination: SSU2TestRouter.endpoint)
      if !isProxy, isIn(admitted, peer) { return router(packet) }
      enqueue(packet, 0)
    }
  }

  /// The router sends from its own address; the kernel's rules see it first.
  func routerSends(_ bytes: [UInt8], to peer: Endpoint) {
    if let link = links[peer] {
      return link.queue.append(
        Packet(bytes: bytes, source: SSU2TestRouter.endpoint, destination: peer)
      )
    }
    if isProxy { return }
    if isIn(pending, peer), !isIn(admitted, peer) {
      return enqueue(
        Packet(bytes: bytes, source: SSU2TestRouter.endpoint, destination: peer),
        1
      )
    }
    admitted[peer] = now + Self.admittedNanoseconds
    reaches(peer, bytes)
  }

  /// The gate sends in somebody's name.
  func injected(_ packet: Packet, _ mark: PacketMark) {
    let isToRouter = packet.destination == SSU2TestRouter.endpoint
    let isFromRouter = packet.source == SSU2TestRouter.endpoint
    guard isToRouter != isFromRouter else { return complain("an end that nobody asked for") }
    if isToRouter, !sent.contains(packet.bytes) { complain("a datagram was changed") }
    let peer = isToRouter ? packet.source : packet.destination
    switch mark {
    case Self.marks.trial where isToRouter: pending[peer] = now + Self.trialNanoseconds
    case Self.marks.admit:
      admitted[peer] = now + Self.admittedNanoseconds
      pending[peer] = nil
    case Self.marks.answer where isFromRouter: break
    default: complain("a mark of no meaning: \(mark)")
    }
    if isToRouter {
      after(10_000) { [self] in router(packet) }
    } else {
      reaches(peer, packet.bytes)
    }
  }

  /// Something is on its way to a peer.
  func reaches(_ peer: Endpoint, _ bytes: [UInt8]) {
    carry { [self] in peers[peer]?.receive(bytes) }
  }

  func isIn(_ set: [Endpoint: UInt64], _ peer: Endpoint) -> Bool { set[peer] ?? 0 > now }

  private func carry(_ arrive: @escaping () -> Void) {
    if draw(faults.lost) { return }
    for _ in 0..<(draw(faults.doubled) ? 2 : 1) {
      after(1_000 + random.below(faults.latestNanoseconds), arrive)
    }
  }

  private func enqueue(_ packet: Packet, _ door: Int) {
    guard doors[door].count < Self.queueCapacity else { return overflowCount += 1 }
    doors[door].append(packet)
  }
}

/// A link of a proxy to the router.
final class LinkState {
  var queue: [DatagramWorld.Packet] = []
  var isRefused = false
  var token: UInt64?
}
