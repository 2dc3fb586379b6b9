internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// The control thread's ends of all shards' event rings.
struct EventReaders: ~Copyable {
  private final class Reader {
    let transport: String
    var ring: EventRingReader

    init(_ ring: EventRing, _ transport: Transport) {
      self.ring = ring.makeReader()
      self.transport = transport.word
    }
  }

  private let readers: [Reader]

  /// The readers of these groups' rings.
  init(_ groups: [any GateGroup]) {
    readers = groups.flatMap { group in
      group.rings.map { Reader($0, group.plan.transport) }
    }
  }

  /// Brings everything that waits to the journal.
  func drain(into journal: inout Journal, at now: Instant) {
    for reader in readers {
      while let (event, at) = reader.ring.next() {
        journal.write(Self.entry(event, reader.transport), at: max(at, now))
      }
      journal.addLeftOut(reader.ring.takeLost())
    }
  }

  private static func entry(_ event: ShardEvent, _ transport: String) -> JournalEvent {
    switch event {
    case .descriptorsShort(let open):
      .descriptorsShort(open: open, limit: UInt64(DescriptorLimit.current))
    case .routerUnreachable(let number):
      .routerUnreachable(
        transport: transport,
        problem: number == 0 ? "it refuses connections" : "\(Errno(rawValue: number))"
      )
    case .routerBack(let away): .routerBack(transport: transport, awayNanoseconds: away)
    case .stageChanged(let from, let to):
      .stageChanged(
        transport: transport,
        from: VerdictWords.stage(from),
        to: VerdictWords.stage(to)
      )
    }
  }
}
