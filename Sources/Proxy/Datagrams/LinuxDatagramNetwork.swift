internal import Kernel
internal import Wire

/// The kernel, as a datagram shard sees it.
struct LinuxDatagramNetwork: DatagramNetwork, ~Copyable {
  /// A UDP socket.
  typealias Link = DatagramSocket

  private let poller: Poller
  private let wake: WakeSignal
  private let doors: DatagramDoors
  private var batch: DatagramBatch
  /// Nil in proxy mode, which needs no rights.
  private var injector: DatagramInjector?
  private var lostAlreadyTold: UInt64 = 0

  /// A network that hears of these doors and of a wake signal, and can send in any name if it
  /// `injects`.
  init(
    doors: consuming DatagramDoors,
    wake: consuming WakeSignal,
    injects: Bool
  ) throws(Errno) {
    let injector = try Self.makeInjector(injects)
    let batch = try DatagramBatch()
    poller = try Poller()
    self.injector = injector
    self.batch = batch
    self.doors = doors
    self.wake = wake
    poller.add(self.wake.descriptor, token: Token(.wake, slot: 0).rawValue, .readable)
    for index in 0..<self.doors.count {
      let token = Token(.listener, slot: UInt32(index)).rawValue
      poller.add(self.doors[index].descriptor, token: token, .readable)
    }
  }

  private static func makeInjector(_ injects: Bool) throws(Errno) -> DatagramInjector? {
    guard injects else { return nil }
    return try DatagramInjector()
  }

  var now: Instant { Clock.now }
  var wallSeconds: UInt64 { Clock.wallSeconds }

  mutating func wait(timeoutMilliseconds: Int32) -> Int {
    poller.wait(timeoutMilliseconds: timeoutMilliseconds)
  }

  func event(_ index: Int) -> Event { poller.event(index) }

  mutating func acknowledgeWake() { wake.acknowledge() }

  func door(_ index: Int) -> DatagramDoor { doors.kind(index) }

  mutating func receive(door: Int) -> DatagramReceipt { batch.receive(from: doors[door]) }

  mutating func receive(_ link: borrowing DatagramSocket) -> DatagramReceipt {
    batch.receive(from: link)
  }

  func datagram(_ index: Int) -> Datagram { batch.datagram(index) }

  mutating func inject(
    _ bytes: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    mark: PacketMark
  ) {
    // What is unfit is counted among the lost.
    unsafe injector?.inject(bytes, from: source, to: destination, mark: mark)
  }

  mutating func flush() -> UInt64 {
    guard let counts = flushed() else { return 0 }
    let lost = counts.refused &+ counts.congested &+ counts.failed &+ counts.unfit
    defer { lostAlreadyTold = lost }
    return lost &- lostAlreadyTold
  }

  private mutating func flushed() -> InjectionCounts? {
    injector?.flush()
    return injector?.counts
  }

  mutating func dial(_ router: Endpoint) -> DialOutcome<DatagramSocket> {
    DatagramSocket.dial(router)
  }

  mutating func watch(_ link: borrowing DatagramSocket, token: UInt64) {
    poller.add(link.descriptor, token: token, .readable)
  }

  func send(_ link: borrowing DatagramSocket, _ bytes: UnsafeRawBufferPointer) -> DatagramDispatch {
    unsafe link.send(bytes)
  }

  func reply(
    _ bytes: UnsafeRawBufferPointer,
    to peer: Endpoint,
    door: Int
  ) -> DatagramDispatch {
    unsafe doors[door].send(bytes, to: peer)
  }
}
