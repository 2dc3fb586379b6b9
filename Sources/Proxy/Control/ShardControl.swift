internal import Filter
internal import Synchronization
internal import Telemetry

/// What other threads may ask of a shard, and how they see that it turns.
public final class ShardControl: Sendable {
  /// What is asked.
  public enum Wish: UInt8, Sendable, BitwiseCopyable {
    /// Go on.
    case run
    /// Take no new connections; end when the sessions have.
    case drain
    /// End now.
    case stop
  }

  private let asked = Atomic<UInt8>(Wish.run.rawValue)
  private let turns = Atomic<UInt64>(0)

  /// A control that asks to run.
  public init() {}

  /// What is asked now.
  public var wish: Wish {
    get { Wish(rawValue: asked.load(ordering: .relaxed)) ?? .stop }
    set { asked.store(newValue.rawValue, ordering: .relaxed) }
  }

  /// Turns of the loop so far: a loop that hangs makes none.
  public var turnCount: UInt64 { turns.load(ordering: .relaxed) }

  /// Counts a turn; called by the shard alone.
  func beat() {
    turns.store(turns.load(ordering: .relaxed) &+ 1, ordering: .relaxed)
  }
}

/// What a shard writes to and listens to, handed over as one.
struct ShardInstruments<Content: ~Copyable & Sendable>: ~Copyable {
  let counters: CounterWriter
  let events: EventRingWriter
  let mailbox: PolicyMailbox<Content>
  let control: ShardControl
  /// Where what people newly said waits.
  let people: PolicyMailbox<PeopleList>
  /// Where the shard notes who comes; nil where nobody looks.
  let busy: BusySources?

  /// The instruments of one shard.
  init(
    counters: consuming CounterWriter,
    events: consuming EventRingWriter,
    mailbox: PolicyMailbox<Content>,
    control: ShardControl,
    people: PolicyMailbox<PeopleList> = PolicyMailbox(),
    busy: BusySources? = nil
  ) {
    self.counters = counters
    self.events = events
    self.mailbox = mailbox
    self.control = control
    self.people = people
    self.busy = busy
  }
}
