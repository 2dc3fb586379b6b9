internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// The control thread's ends of all shards' event rings.
struct EventReaders: ~Copyable {
  private final class Reader {
    let transport: Transport
    var ring: EventRingReader
    /// Since when the router takes no connection of this shard.
    var routerAwaySince: Instant?

    init(_ ring: EventRing, _ transport: Transport) {
      self.ring = ring.makeReader()
      self.transport = transport
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
        switch event {
        case .routerUnreachable: reader.routerAwaySince = reader.routerAwaySince ?? at
        case .routerBack: reader.routerAwaySince = nil
        case .descriptorsShort, .stageChanged: break
        }
        journal.write(Self.entry(event, reader.transport.word), at: max(at, now))
      }
      journal.addLeftOut(reader.ring.takeLost())
    }
  }

  /// Of which transports the router takes no connections, the longest first.
  var routerAway: [RouterAway] {
    readers.compactMap { reader in
      reader.routerAwaySince.map { RouterAway(transport: reader.transport, since: $0) }
    }
    .sorted { $0.since < $1.since }
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

/// That the router takes no connections of a transport.
struct RouterAway: Equatable, Sendable {
  /// The transport.
  let transport: Transport
  /// Since when.
  let since: Instant
}
