internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// The control thread's ends of all shards' event rings.
struct EventReaders: ~Copyable {
  private final class Reader {
    var ring: EventRingReader

    init(_ ring: EventRing) {
      self.ring = ring.makeReader()
    }
  }

  private let readers: [Reader]

  /// The readers of these shards' rings.
  init(_ shards: [ShardHandle]) {
    readers = shards.map { Reader($0.ring) }
  }

  /// Brings everything that waits to the journal.
  func drain(into journal: inout Journal, at now: Instant) {
    for reader in readers {
      while let (event, at) = reader.ring.next() {
        journal.write(Self.entry(event), at: max(at, now))
      }
      journal.addLeftOut(reader.ring.takeLost())
    }
  }

  private static func entry(_ event: ShardEvent) -> JournalEvent {
    switch event {
    case .descriptorsShort(let open):
      .descriptorsShort(open: open, limit: UInt64(DescriptorLimit.current))
    case .routerUnreachable(let number):
      .routerUnreachable(
        transport: "ntcp2",
        problem: number == 0 ? "it refuses connections" : "\(Errno(rawValue: number))"
      )
    case .routerBack(let away): .routerBack(transport: "ntcp2", awayNanoseconds: away)
    case .stageChanged(let from, let to):
      .stageChanged(transport: "ntcp2", from: "\(from)", to: "\(to)")
    }
  }
}
