public import Filter
public import Kernel
public import Telemetry
public import Wire

/// A running datagram shard, as the control thread holds it.
public final class DatagramShardHandle: Sendable {
  /// The shard's numbers.
  public let board: CounterBoard
  /// What the shard tells.
  public let ring: EventRing
  /// Endpoints that the shard found proven.
  public let proven: EndpointRing
  /// What is asked of it.
  public let control: ShardControl
  private let mailbox: PolicyMailbox<DatagramPolicy>
  private let people: PolicyMailbox<PeopleList>
  private let busyOwner: BusySourcesOwner
  private let wake: WakeRemote

  /// Descriptors of a shard beside those of flows: its doors, injectors, poller and wake signal.
  public static let otherDescriptors = DatagramDoors.capacity + 8

  private init(wake: consuming WakeRemote) {
    board = CounterBoard(layout: ShardHandle.layout)
    ring = EventRing()
    proven = EndpointRing()
    control = ShardControl()
    mailbox = PolicyMailbox()
    people = PolicyMailbox()
    busyOwner = BusySourcesOwner()
    self.wake = wake
  }

  /// Starts a shard on a thread of its own.
  ///
  /// - Parameters:
  ///   - name: The thread's name.
  ///   - doors: Where datagrams come in.
  ///   - policy: What it decides by. Whether its way is diverted can't change later.
  ///   - people: What people said.
  ///   - known: Endpoints that were proven in an earlier life.
  ///   - standings: What is known of sources; nil where nobody keeps it.
  ///   - seed: For draws that only have to look like the router's.
  ///   - whenEnded: Called on the shard's thread when it has ended.
  /// - Throws: The error of the call that failed.
  /// - Returns: The handle to hold the shard by.
  public static func start(
    name: String,
    doors: consuming DatagramDoors,
    policy: DatagramPolicy,
    people: consuming PeopleList = PeopleList(),
    known: [KnownEndpoint],
    standings: StandingTableOwner? = nil,
    seed: UInt64,
    whenEnded: @escaping @Sendable () -> Void
  ) throws(Errno) -> DatagramShardHandle {
    let wake = try WakeSignal()
    let handle = DatagramShardHandle(wake: try wake.makeRemote())
    handle.people.put(people)
    let network = try LinuxDatagramNetwork(
      doors: doors,
      wake: wake,
      injects: policy.way.isDiverted
    )
    let instruments = ShardInstruments(
      counters: handle.board.makeWriter(),
      events: handle.ring.makeWriter(),
      mailbox: handle.mailbox,
      control: handle.control,
      people: handle.people,
      busy: handle.busyOwner.sources
    )
    let shard = Handover(
      DatagramShard(
        network: network,
        policy: policy,
        instruments: instruments,
        proven: handle.proven.makeWriter(),
        known: known,
        standings: standings?.table,
        seed: seed
      )
    )
    // The thread ends by itself: it is not joined, but reports its end.
    let busyOwner = handle.busyOwner
    let thread = try WorkerThread(name: name, core: nil) {
      var live = shard.take()
      live.run()
      _ = consume live
      // The shard used the tables to its end.
      _ = (standings, busyOwner)
      whenEnded()
    }
    thread.detach()
    return handle
  }

  /// Gives the shard a new policy.
  public func reload(_ policy: DatagramPolicy) {
    mailbox.put(policy)
    wake.raise()
  }

  /// Gives the shard what people say from now on.
  public func heed(_ people: consuming PeopleList) {
    self.people.put(people)
    wake.raise()
  }

  /// The busiest addresses and networks that the shard met.
  public var busy: BusySources { busyOwner.sources }

  /// Asks the shard for something.
  public func ask(_ wish: ShardControl.Wish) {
    control.wish = wish
    wake.raise()
  }
}

/// An endpoint that was proven in an earlier life of the gate.
public struct KnownEndpoint: Sendable, BitwiseCopyable {
  /// The endpoint.
  public var endpoint: Endpoint
  /// Nanoseconds since it was proven.
  public var provenAgoNanoseconds: UInt64

  /// An endpoint that was proven so long ago.
  public init(endpoint: Endpoint, provenAgoNanoseconds: UInt64) {
    self.endpoint = endpoint
    self.provenAgoNanoseconds = provenAgoNanoseconds
  }
}
