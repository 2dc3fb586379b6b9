import Glibc
import Synchronization

/// The name of one network of one process of the lab; everything it creates starts with it.
///
/// It holds the process id and the process's start time, so a later run can tell what was left
/// behind even when the id has been given to another process.
struct RunName: Hashable, Sendable, CustomStringConvertible {
  /// What every name of the lab starts with.
  static let prefix = "sallyport-lab"

  /// The process that made the name.
  let processID: pid_t
  /// When it started, in clock ticks since boot.
  let startTicks: UInt64
  /// Which of its networks.
  let serial: Int

  /// A new name of this process.
  static func next() -> RunName {
    RunName(processID: getpid(), startTicks: ownStartTicks, serial: SerialNumber.next())
  }

  /// `sallyport-lab-PID-TICKS-SERIAL`.
  var description: String {
    "\(Self.prefix)-\(processID)-\(startTicks)-\(serial)"
  }

  /// The directory of the run.
  var directory: String { "\(Self.directoryOfRuns)/\(self)" }

  /// Where the runs have their directories.
  static let directoryOfRuns = "/tmp"

  /// Whether this process made the name.
  var isOwn: Bool { processID == getpid() && startTicks == Self.ownStartTicks }

  /// Whether the process that made the name still runs.
  var isAlive: Bool { ProcessTimes.startTicks(of: processID) == startTicks }

  private static let ownStartTicks = ProcessTimes.startTicks(of: getpid()) ?? 0
}

extension RunName {
  /// Reads the run's name at the start of the name of a namespace or a directory; nil when it is
  /// not one of the lab's.
  init?(prefixOf text: String) {
    guard text.hasPrefix(Self.prefix + "-") else { return nil }
    let parts = text.dropFirst(Self.prefix.count + 1).split(separator: "-")
    guard parts.count >= 3, let processID = pid_t(parts[0]), let ticks = UInt64(parts[1]),
      let serial = Int(parts[2])
    else { return nil }
    self.init(processID: processID, startTicks: ticks, serial: serial)
  }
}
