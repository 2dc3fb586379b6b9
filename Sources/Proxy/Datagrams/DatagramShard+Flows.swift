internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The last room in proxy mode: each flow has a socket of its own to the router.
///
/// The router sees this host's address instead of the peers': it tells peers a wrong address, can
/// take part in no peer test, relay nobody, and follow no session that moves. That is what this
/// mode costs.
extension DatagramShard where World: ~Copyable {
  /// Passes a peer's datagram on by its flow, which is opened when there is none.
  mutating func open(
    _ datagram: Datagram,
    _ stage: FlowStage,
    router: Endpoint,
    door: Int,
    _ known: UInt32?
  ) {
    let peer = datagram.source
    guard let slot = known ?? begin(peer, stage, router: router, door: door) else { return }
    flows.touch(slot, stage, now: now)
    unsafe pass(datagram.bytes, slot)
  }

  private mutating func begin(
    _ peer: Endpoint,
    _ stage: FlowStage,
    router: Endpoint,
    door: Int
  ) -> UInt32? {
    guard flows.makeRoom(stage) else {
      countLost(1)
      return nil
    }
    switch network.dial(router) {
    case .connecting(let link):
      let slot = flows.insert(
        Flow(link: link, peer: peer, door: door, stage: stage, usedAt: now)
      )
      let token = Token(.flow, generation: flows.generation(slot), slot: slot)
      network.watch(flows[slot].link, token: token.rawValue)
      return slot
    case .descriptorsShort:
      tellDescriptorsShort()
    case .refused:
      routerIsAway(errorNumber: 0)
    case .forbidden(let errno):
      routerIsAway(errorNumber: errno.rawValue)
    }
    countLost(1)
    return nil
  }

  /// Sends a peer's datagram by the flow in `slot`.
  mutating func pass(_ bytes: UnsafeRawBufferPointer, _ slot: UInt32) {
    switch unsafe network.send(flows[slot].link, bytes) {
    case .sent: counters.add(UInt64(bytes.count), to: .bytesToRouter)
    case .full: countLost(1)
    case .refused:
      countLost(1)
      routerIsAway(errorNumber: 0)
    }
  }

  /// Takes what the router says on a flow, at most one turn's share.
  mutating func serveLink(_ slot: UInt32) {
    for _ in 0..<DatagramBounds.batchesPerLink {
      switch network.receive(flows[slot].link) {
      case .empty: return
      case .refused: routerIsAway(errorNumber: 0)
      case .datagrams(let batchCount):
        routerIsThere()
        for index in 0..<batchCount { answerPeer(index, slot) }
      }
    }
  }

  private mutating func answerPeer(_ index: Int, _ slot: UInt32) {
    let datagram = network.datagram(index)
    guard !datagram.isTruncated else { return countLost(1) }
    let peer = flows[slot].peer
    var stage = flows[slot].stage
    if stage == .trial { stage = unsafe witness(datagram.bytes, to: peer) }
    flows.touch(slot, stage, now: now)
    let dispatch = unsafe network.reply(datagram.bytes, to: peer, door: flows[slot].door)
    guard dispatch == .sent else { return countLost(1) }
    counters.add(UInt64(unsafe datagram.bytes.count), to: .bytesToPeer)
  }

  /// The router takes no datagram for now.
  private mutating func routerIsAway(errorNumber: Int32) {
    guard routerAwaySince == nil else { return }
    routerAwaySince = now
    events.write(.routerUnreachable(errorNumber: errorNumber), at: now)
  }

  /// The router answers.
  private mutating func routerIsThere() {
    guard let since = routerAwaySince else { return }
    routerAwaySince = nil
    events.write(.routerBack(awayNanoseconds: now.nanoseconds(since: since)), at: now)
  }

  /// Tells it once in a while: it may happen at every datagram.
  private mutating func tellDescriptorsShort() {
    guard now >= descriptorsToldAgainAt else { return }
    descriptorsToldAgainAt = now.advanced(byNanoseconds: ShardBounds.tellAgainNanoseconds)
    events.write(.descriptorsShort(open: UInt64(flows.count)), at: now)
  }
}
