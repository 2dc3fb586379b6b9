import Wire

/// What the kernel says about a running router at one moment.
struct RouterObservation: Equatable, Sendable {
  /// The process.
  let process: ProcessObservation
  /// Size of its log.
  let logBytes: UInt64
  /// Established TCP connections from or to the NTCP2 port.
  let sessionsNTCP2: Int

  /// When it was taken.
  var instant: Instant { process.instant }
  /// Processor time since the start, user and system.
  var processorNanoseconds: UInt64 { process.processorNanoseconds }
  /// Memory that it holds.
  var residentBytes: UInt64 { process.residentBytes }
  /// Open descriptors.
  var openDescriptors: Int { process.openDescriptors }

  /// Share of one core that was used between `earlier` and this moment, in percent.
  func processorPercent(since earlier: RouterObservation) -> Double {
    process.processorPercent(since: earlier.process)
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
    guard let pid, let process = ProcessObservation(of: pid) else { return nil }
    return RouterObservation(
      process: process,
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
