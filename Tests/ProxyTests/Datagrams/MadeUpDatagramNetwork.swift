import Filter
import Kernel
import Wire

@testable import Proxy

/// A made-up link's one owner.
struct MadeUpLink: ~Copyable {
  let world: DatagramWorld
  let endpoint: Endpoint
  let state = LinkState()

  init(_ world: DatagramWorld) {
    self.world = world
    world.linkCount &+= 1
    world.openLinks += 1
    endpoint = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: world.linkCount)
    world.links[endpoint] = state
  }

  deinit {
    world.openLinks -= 1
    world.links[endpoint] = nil
  }
}

/// A datagram shard's view of a made-up world.
struct MadeUpDatagramNetwork: DatagramNetwork, ~Copyable {
  let world: DatagramWorld
  private let slots = UnsafeMutableRawBufferPointer.allocate(
    byteCount: DatagramBatch.capacity * DatagramBatch.slotBytes,
    alignment: 16
  )
  private var batch: [DatagramWorld.Packet] = []
  private var events: [UInt64] = []
  private var collected: [(DatagramWorld.Packet, PacketMark)] = []

  init(_ world: DatagramWorld) {
    self.world = world
  }

  deinit {
    slots.deallocate()
  }

  var now: Instant { Instant(nanoseconds: world.now) }
  var wallSeconds: UInt64 { SSU2TestRouter.wallStart + world.now / Nanoseconds.perSecond }

  mutating func wait(timeoutMilliseconds: Int32) -> Int {
    events = world.wait(timeoutMilliseconds: timeoutMilliseconds)
    return events.count
  }

  func event(_ index: Int) -> Event {
    Event(token: events[index], readiness: Readiness(rawValue: 1))
  }

  mutating func acknowledgeWake() { world.isWakeRaised = false }

  func door(_ index: Int) -> DatagramDoor { index == 0 ? .peers : .router }

  mutating func receive(door: Int) -> DatagramReceipt {
    let world = world
    return take(&world.doors[door])
  }

  mutating func receive(_ link: borrowing MadeUpLink) -> DatagramReceipt {
    if link.state.isRefused {
      link.state.isRefused = false
      return .refused
    }
    let state = link.state
    return take(&state.queue)
  }

  private mutating func take(_ queue: inout [DatagramWorld.Packet]) -> DatagramReceipt {
    if world.draw(world.faults.emptyReceive) { return .empty }
    if world.draw(world.faults.refusedReceive) { return .refused }
    guard !queue.isEmpty else { return .empty }
    let most = 1 + Int(world.random.below(UInt64(DatagramBatch.capacity)))
    batch = Array(queue.prefix(most))
    queue.removeFirst(batch.count)
    for (index, packet) in batch.enumerated() {
      let kept = packet.bytes.prefix(DatagramBatch.slotBytes)
      let start = index * DatagramBatch.slotBytes
      UnsafeMutableRawBufferPointer(rebasing: slots[start..<start + kept.count])
        .copyBytes(from: kept)
    }
    return .datagrams(batch.count)
  }

  func datagram(_ index: Int) -> Datagram {
    let packet = batch[index]
    let count = min(packet.bytes.count, DatagramBatch.slotBytes)
    let start = index * DatagramBatch.slotBytes
    return Datagram(
      source: packet.source,
      originalDestination: packet.destination,
      bytes: UnsafeRawBufferPointer(rebasing: slots[start..<start + count]),
      isTruncated: packet.bytes.count > count
    )
  }

  mutating func inject(
    _ bytes: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    mark: PacketMark
  ) {
    if world.isProxy { world.complain("a proxy sends in another's name") }
    let packet = DatagramWorld.Packet(
      bytes: Array(bytes),
      source: source,
      destination: destination
    )
    collected.append((packet, mark))
  }

  mutating func flush() -> UInt64 {
    var lost: UInt64 = 0
    for (packet, mark) in collected {
      if world.draw(world.faults.congested) {
        lost += 1
      } else {
        world.injected(packet, mark)
      }
    }
    collected = []
    return lost
  }

  mutating func dial(_ router: Endpoint) -> DialOutcome<MadeUpLink> {
    guard world.openLinks < world.linkLimit else { return .descriptorsShort }
    return .connecting(MadeUpLink(world))
  }

  mutating func watch(_ link: borrowing MadeUpLink, token: UInt64) {
    link.state.token = token
  }

  func send(_ link: borrowing MadeUpLink, _ bytes: UnsafeRawBufferPointer) -> DatagramDispatch {
    if world.draw(world.faults.congested) { return .full }
    let packet = DatagramWorld.Packet(
      bytes: Array(bytes),
      source: link.endpoint,
      destination: SSU2TestRouter.endpoint
    )
    world.after(10_000) { [world] in world.router(packet) }
    return .sent
  }

  func reply(
    _ bytes: UnsafeRawBufferPointer,
    to peer: Endpoint,
    door: Int
  ) -> DatagramDispatch {
    if world.draw(world.faults.congested) { return .full }
    world.reaches(peer, Array(bytes))
    return .sent
  }
}
