internal import Capture
internal import Filter
internal import Glibc
internal import Kernel
internal import Synchronization
internal import Wire

/// The radar's thread: brings what it hears into the table that the shards read, and notes who
/// answered the router.
///
/// Without a reload: it stays with the addresses of the start, as the gates do.
final class RadarPost: Sendable {
  /// Why it does not listen.
  enum Fault: Error, CustomStringConvertible {
    /// libpcap refused.
    case capture(CaptureFault)
    /// There is no thread for it.
    case thread(Errno)

    /// The line.
    var description: String {
      switch self {
      case .capture(let fault): "\(fault)"
      case .thread(let errno): "its thread can't start: \(errno)"
      }
    }
  }

  /// A wait ends at least so often, to see whether all is over.
  private static let waitMilliseconds: Int32 = 1_000

  /// What the thread is told.
  private final class Orders: Sendable {
    let isStopping = Atomic<Bool>(false)
  }

  private let orders = Orders()

  /// Listens for SYNs to the gates' addresses from now on.
  init(
    _ configuration: Configuration,
    probes: ProbeTableOwner,
    notes: SourceNotes
  ) throws(Fault) {
    let gates = configuration.gates.map(\.endpoint)
    let addresses = Set(gates.map(\.address)).filter { !$0.isUnspecified }
    var settings = RadarSettings(addresses: addresses.sorted { "\($0)" < "\($1)" })
    settings.device = configuration.radar.device
    let radar: Box
    do throws(CaptureFault) {
      radar = Box(try Radar(settings))
    } catch {
      throw .capture(error)
    }
    let (ports, orders) = (Set(gates.map(\.port)), orders)
    do throws(Errno) {
      let thread = try WorkerThread(name: "radar", core: nil) {
        Self.listen(radar, ports: ports, probes: probes, notes: notes, orders: orders)
      }
      thread.detach()
    } catch {
      throw .thread(error)
    }
  }

  deinit {
    orders.isStopping.store(true, ordering: .relaxed)
  }

  private static func listen(
    _ box: Box,
    ports: Set<UInt16>,
    probes: ProbeTableOwner,
    notes: SourceNotes,
    orders: Orders
  ) {
    guard var radar = box.take() else { return }
    while !orders.isStopping.load(ordering: .relaxed) {
      var wait = pollfd(fd: radar.descriptor, events: Int16(POLLIN), revents: 0)
      _ = unsafe poll(&wait, 1, waitMilliseconds)
      let now = Clock.now
      var answered: Set<SourceAddress> = []
      radar.sweep { sighting in
        switch sighting {
        case .answer(let source):
          answered.insert(source)
        case .knock(let source, let port) where ports.contains(port):
          probes.table.sawSyn(from: source, now: now)
        case .knock(let source, let port):
          probes.table.sawProbe(from: source, port: port, now: now)
        }
      }
      notes.put(answered, .passed(.dialled))
    }
  }

  /// Carries the radar to its thread.
  private final class Box: Sendable {
    private let radar: Mutex<Radar?>

    init(_ radar: consuming sending Radar) {
      self.radar = Mutex(consume radar)
    }

    func take() -> Radar? {
      radar.withLock { $0.take() }
    }
  }
}
