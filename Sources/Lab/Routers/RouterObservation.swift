import Kernel
import Wire

/// What the kernel says about a running router at one moment.
struct RouterObservation: Equatable, Sendable {
  /// When it was taken.
  let instant: Instant
  /// Processor time since the start, user and system.
  let processorNanoseconds: UInt64
  /// Memory that it holds.
  let residentBytes: UInt64
  /// Open descriptors.
  let openDescriptors: Int
  /// Size of its log.
  let logBytes: UInt64
  /// Established TCP connections from or to the NTCP2 port.
  let sessionsNTCP2: Int

  /// Share of one core that was used between `earlier` and this moment, in percent.
  func processorPercent(since earlier: RouterObservation) -> Double {
    let elapsed = instant.nanoseconds(since: earlier.instant)
    guard elapsed > 0 else { return 0 }
    return 100 * Double(processorNanoseconds &- earlier.processorNanoseconds) / Double(elapsed)
  }

  /// Growth of the log between `earlier` and this moment, in bytes a second.
  func logBytesPerSecond(since earlier: RouterObservation) -> Double {
    let elapsed = instant.nanoseconds(since: earlier.instant)
    guard elapsed > 0, logBytes >= earlier.logBytes else { return 0 }
    return Double(logBytes - earlier.logBytes) * Double(Nanoseconds.perSecond) / Double(elapsed)
  }
}

extension LabRouter {
  /// Looks at the router now; nil while it is stopped.
  func observe() -> RouterObservation? {
    guard let pid, let ticks = ProcessTimes.processorTicks(of: pid) else { return nil }
    return RouterObservation(
      instant: Clock.now,
      processorNanoseconds: ticks * Nanoseconds.perSecond / ProcessTimes.ticksPerSecond,
      residentBytes: ProcessTimes.residentBytes(of: pid) ?? 0,
      openDescriptors: ProcessTimes.openDescriptors(of: pid),
      logBytes: Files.size(configuration.logPath) ?? 0,
      sessionsNTCP2: SocketTable.tcp(of: pid).count {
        $0.isEstablished && ($0.localPort == port || $0.remotePort == port)
      }
    )
  }

  /// Whether the router listens for NTCP2 and, as configured, for SSU2.
  var isListening: Bool {
    guard let pid else { return false }
    let transports = configuration.settings.transports
    let hasTCP = SocketTable.tcp(of: pid).contains { $0.isListening && $0.localPort == port }
    let hasUDP = SocketTable.udp(of: pid).contains { $0.localPort == portSSU2 }
    return (hasTCP || !transports.hasNTCP2) && (hasUDP || !transports.hasSSU2)
  }
}
