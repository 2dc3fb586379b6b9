public import Filter
public import Kernel
public import Telemetry
public import Wire

/// A running shard, as the control thread holds it.
public final class ShardHandle: Sendable {
  /// The shard's numbers.
  public let board: CounterBoard
  /// What the shard tells.
  public let ring: EventRing
  /// What became of those it let through, as codes of `SourceOutcome`.
  public let outcomes: EndpointRing
  /// How often each rule and signature matched.
  public let matches: MatchBoard
  /// What is asked of it.
  public let control: ShardControl
  private let mailbox: PolicyMailbox<Policy>
  private let people: PolicyMailbox<PeopleList>
  private let busyOwner: BusySourcesOwner
  private let desk = QuestionDesk()
  private let wake: WakeRemote
  /// Memory that the shard reads: it must not go before the shard.
  private let probes: ProbeTableOwner?
  private let standings: StandingTableOwner?

  /// The numbers' dimensions: the closed lists of verdicts and reasons.
  public static let layout = CounterLayout(
    verdictCount: Verdict.allCases.count,
    reasonCount: Reason.allCases.count
  )

  /// Descriptors of a shard beside those of strangers and sessions: its overflow pipes, poller,
  /// wake signal and listeners.
  public static let otherDescriptors = 2 * ShardBounds.overflows + 16

  private init(
    wake: consuming WakeRemote,
    probes: ProbeTableOwner?,
    standings: StandingTableOwner?
  ) {
    self.probes = probes
    self.standings = standings
    board = CounterBoard(layout: Self.layout)
    ring = EventRing()
    outcomes = EndpointRing()
    matches = MatchBoard(placeCount: MatchPlaces.count)
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
  ///   - core: The core that it stays on; nil leaves that to the kernel.
  ///   - listeners: What it accepts from.
  ///   - policy: What it decides by.
  ///   - people: What people said.
  ///   - probes: The table that it shares with the radar; nil where there is none.
  ///   - standings: What is known of sources; nil where nobody keeps it.
  ///   - seed: For draws that only have to look like the router's.
  ///   - whenEnded: Called on the shard's thread when it has ended.
  /// - Throws: The error of the call that failed.
  /// - Returns: The handle to hold the shard by.
  public static func start(
    name: String,
    core: Int32?,
    listeners: consuming ListenerSet,
    policy: consuming Policy,
    people: consuming PeopleList = PeopleList(),
    probes: ProbeTableOwner? = nil,
    standings: StandingTableOwner? = nil,
    seed: UInt64,
    whenEnded: @escaping @Sendable () -> Void
  ) throws(Errno) -> ShardHandle {
    let wake = try WakeSignal()
    let handle = ShardHandle(wake: try wake.makeRemote(), probes: probes, standings: standings)
    handle.people.put(people)
    let network = try LinuxNetwork(listeners: listeners, wake: wake)
    let instruments = ShardInstruments(
      counters: handle.board.makeWriter(),
      events: handle.ring.makeWriter(),
      mailbox: handle.mailbox,
      control: handle.control,
      people: handle.people,
      busy: handle.busyOwner.sources
    )
    let shard = Handover(
      Shard(
        network: network,
        policy: policy,
        instruments: instruments,
        outcomes: handle.outcomes.makeWriter(),
        matches: handle.matches.makeWriter(),
        tables: SharedTables(probes: probes?.table, standings: standings?.table),
        desk: handle.desk,
        seed: seed
      )
    )
    // The thread ends by itself: it is not joined, but reports its end.
    let busyOwner = handle.busyOwner
    let thread = try WorkerThread(name: name, core: core) {
      var live = shard.take()
      live.run()
      _ = consume live
      // The shard used the tables to its end.
      _ = (probes, standings, busyOwner)
      whenEnded()
    }
    thread.detach()
    return handle
  }

  /// Gives the shard a new policy.
  public func reload(_ policy: consuming Policy) {
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

  /// Frees the policy that the shard has given back: called now and then, away from the shard.
  public func tidy() {
    mailbox.tidy()
  }

  /// Asks the shard about a source; whether it could be asked: one question at a time.
  public func ask(about source: SourceAddress) -> Bool {
    guard desk.ask(source) else { return false }
    wake.raise()
    return true
  }

  /// What the shard said to the last question; nil as long as it has said nothing.
  public var answer: SourceView? { desk.answer }

  /// Asks the shard for something.
  public func ask(_ wish: ShardControl.Wish) {
    control.wish = wish
    wake.raise()
  }
}
