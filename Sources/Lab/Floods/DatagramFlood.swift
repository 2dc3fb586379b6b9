internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// A generator of datagrams with made-up senders that reaches what one core can do: one thread, raw
/// system calls by the batch.
///
/// Purpose: to show what a router, bare or guarded, makes of strangers who never get an answer.
/// Inputs are the settings; the output is a report. It runs on the calling thread, in that thread's
/// network namespace, for the settings' duration. It refuses to run in the machine's own namespace:
/// a datagram with a made-up sender must never leave that.
enum DatagramFlood {
  private static let batch = Int(LAB_FORGED_MAXIMUM)
  /// A loop that fell behind its rate catches up on this much and forgets the rest.
  private static let arrearsNanosecondsMaximum = 50 * Nanoseconds.perMillisecond
  /// Between two looks at a rate that is fulfilled.
  private static let pauseNanoseconds = 200 * Nanoseconds.perMicrosecond

  /// Runs a flood to its end.
  ///
  /// - Parameters:
  ///   - settings: what to do.
  ///   - stop: raised from another thread to end it before its time.
  ///   - progress: where others can see how far it is.
  /// - Throws: why it did not begin.
  /// - Returns: what it did.
  static func run(
    _ settings: DatagramFloodSettings,
    stop: FloodStop? = nil,
    progress: FloodProgress? = nil
  ) throws(Flood.Failure) -> DatagramFloodReport {
    guard isInNamespaceOfItsOwn || settings.target.address.isLoopback else {
      throw .outOfBounds("datagrams with made-up senders need a network namespace of their own")
    }
    if let rate = settings.ratePerSecond, !(rate > 0.001 && rate < 10_000_000) {
      throw .outOfBounds("rate: more than 0.001 and under 10000000 a second")
    }
    guard var store = DatagramStore(for: settings) else {
      throw .datagramsNeeded(settings.kind)
    }
    if let core = settings.core, linux_pin_thread(core) != 0 {
      throw .system(.last, "running on core \(core)")
    }
    let isIPv4 = settings.target.address.isIPv4
    let number = lab_open_forge(isIPv4 ? 1 : 0)
    guard number >= 0 else { throw .system(.last, "a raw socket, which needs CAP_NET_RAW") }
    let socket = Descriptor(owning: number)
    return flood(settings, &store, socket.rawValue, stop, progress)
  }

  private static func flood(
    _ settings: DatagramFloodSettings,
    _ store: inout DatagramStore,
    _ socket: Int32,
    _ stop: FloodStop?,
    _ progress: FloodProgress?
  ) -> DatagramFloodReport {
    var report = DatagramFloodReport(kind: settings.kind)
    var sources = settings.sources
    let processorBefore = processorNanoseconds()
    let start = Clock.now
    let end = start.advanced(byNanoseconds: settings.durationNanoseconds)
    let interval = settings.ratePerSecond.map { UInt64(1e9 / $0) } ?? 0
    var nextDue = start
    var now = start
    while now < end, stop?.isRaised != true {
      if now.nanoseconds(since: nextDue) > arrearsNanosecondsMaximum {
        nextDue = Instant(nanoseconds: now.nanoseconds &- arrearsNanosecondsMaximum)
      }
      let due = interval == 0 ? UInt64(batch) : dueCount(now: now, nextDue, interval)
      if due == 0 {
        Pause.nanoseconds(min(pauseNanoseconds, nextDue.nanoseconds(since: now) + 1))
      } else {
        let count = min(Int(due), batch)
        send(count, to: settings.target, &sources, &store, socket, &report)
        nextDue = nextDue.advanced(byNanoseconds: UInt64(count) * interval)
        progress?.tell(attempted: report.sent)
      }
      now = Clock.now
    }
    report.elapsedNanoseconds = now.nanoseconds(since: start)
    report.processorNanoseconds = processorNanoseconds() &- processorBefore
    return report
  }

  private static func dueCount(now: Instant, _ nextDue: Instant, _ interval: UInt64) -> UInt64 {
    now < nextDue ? 0 : now.nanoseconds(since: nextDue) / interval + 1
  }

  private static func send(
    _ count: Int,
    to target: Endpoint,
    _ sources: inout FloodSources,
    _ store: inout DatagramStore,
    _ socket: Int32,
    _ report: inout DatagramFloodReport
  ) {
    let wallSeconds = Clock.wallSeconds
    let datagrams = (0..<count).map { _ in
      let source = sources.next()
      let content = store.next(wallSeconds: wallSeconds)
      return lab_forged_datagram(
        sourceHigh: source.high,
        sourceLow: source.low,
        offset: content.offset,
        length: content.length,
        sourcePort: store.nextPort()
      )
    }
    let taken = unsafe lab_forge(
      socket,
      target.address.high,
      target.address.low,
      target.port,
      store.bytes,
      datagrams,
      UInt32(count)
    )
    guard taken >= 0 else {
      let error = Errno.last.rawValue
      if error == EAGAIN || error == ENOBUFS {
        report.turnsWithoutRoom += 1
      } else {
        report.errors[error, default: 0] += 1
      }
      return
    }
    report.sent += UInt64(taken)
    for datagram in datagrams.prefix(Int(taken)) { report.bytesSent += UInt64(datagram.length) }
  }

  /// Whether this thread's network is one that `ip netns` knows by name: the machine's own is not.
  private static var isInNamespaceOfItsOwn: Bool {
    guard let ours = identity(of: "/proc/thread-self/ns/net") else { return false }
    return Files.names(in: NetworkNamespace.directory).contains {
      identity(of: "\(NetworkNamespace.directory)/\($0)") == ours
    }
  }

  /// Device and inode of a namespace's file.
  private static func identity(of path: String) -> [UInt64]? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return [UInt64(status.st_dev), UInt64(status.st_ino)]
  }

  private static func processorNanoseconds() -> UInt64 {
    var used: UInt64 = 0
    _ = unsafe linux_thread_processor_nanoseconds(&used)
    return used
  }
}
