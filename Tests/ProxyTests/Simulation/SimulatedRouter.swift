import Filter
import Wire

@testable import Proxy

/// What the router does with one connection.
enum RouterAnswer: CaseIterable {
  case serves
  case isSilent
  case endsAtFlight
  case resetsAtFlight
  case endsAfterAnswer
  /// Takes nothing for a while, in the middle of the data.
  case pauses
  /// Takes nothing more after its answer.
  case isDeaf
}

/// The made-up router: holds every connection against what its peer has sent.
final class SimulatedRouter {
  private let world: SimulatedWorld
  private var peers: [SourceAddress: [SimulatedPeer]] = [:]
  /// How it treats the next connection.
  var answer: (inout SmallRandom) -> RouterAnswer = { _ in .serves }
  /// Whether the shard has the router's key: without it junk is let through, padding may follow.
  var isProven = true
  private var dialled: [SimulatedLink] = []

  init(_ world: SimulatedWorld) {
    self.world = world
    world.dialled = { [unowned self] in wasDialled($0, for: $1) }
  }

  /// Lets the links go, which hold their checks and so themselves.
  func forget() {
    for link in dialled { link.check = { _ in } }
  }

  func expect(_ peer: SimulatedPeer) {
    peers[peer.end.link.remote.address, default: []].append(peer)
  }

  private func wasDialled(_ link: SimulatedLink, for address: SourceAddress) {
    dialled.append(link)
    let isOwed = peers[address, default: []].contains { peer in
      peer.handOverCount == 0 && (peer.hasShown || !isProven)
    }
    if !isOwed { world.complain("dialled although nobody there has shown a first flight") }
    link.check = { [unowned self, unowned link] bytes in
      if link.sentCount == 0 { return handOver(bytes, on: link, for: address) }
      if link.readCount == 0, isProven { world.complain("bytes before the router's answer") }
    }
  }

  private func handOver(
    _ bytes: UnsafeRawBufferPointer,
    on link: SimulatedLink,
    for address: SourceAddress
  ) {
    if link.connectedTurn != world.turn { world.complain("the first flight comes late") }
    let candidates = peers[address, default: []].filter { peer in
      isProven ? bytes.elementsEqual(peer.flight) : peer.end.said.starts(with: bytes)
    }
    guard let peer = candidates.first(where: { $0.handOverCount == 0 }) else {
      return world.complain("not a first flight, not alone, or handed over twice")
    }
    peer.handOverCount += 1
    let end = FarEnd(link)
    peer.router = end
    let answer = answer(&world.random)
    end.expected = { [unowned peer] in peer.end.said }
    end.heard = { [unowned self, unowned end, unowned peer] in heard(peer, end, answer) }
    end.ended = { [unowned end] in end.hangUp() }
  }

  /// Every connection that stands has its first flight at the end of the turn.
  func checkTurn() {
    for link in dialled where link.connectedTurn == world.turn && link.sentCount == 0 {
      world.complain("the router was connected to and got no first flight")
    }
  }

  private func heard(_ peer: SimulatedPeer, _ end: FarEnd, _ answer: RouterAnswer) {
    guard end.received.count >= peer.flight.count else { return }
    switch answer {
    case .isSilent: return
    case .endsAtFlight: return end.hangUp()
    case .resetsAtFlight: return end.reset()
    case .endsAfterAnswer, .serves, .pauses, .isDeaf: break
    }
    if end.said.isEmpty {
      end.say([0x5a])
      if answer == .endsAfterAnswer { end.hangUp() }
      if answer == .isDeaf { end.isDeaf = true }
    }
    let hasConfirmed = end.received.count >= peer.flight.count + TestRouter.message3Length
    guard hasConfirmed, end.said.count == 1, answer != .endsAfterAnswer else { return }
    if answer == .pauses {
      end.isDeaf = true
      world.after(world.random.below(1_000_000_000)) { end.isDeaf = false }
    }
    end.say(world.random.bytes(peer.wanted - 1))
  }
}
