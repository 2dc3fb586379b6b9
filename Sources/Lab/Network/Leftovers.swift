import Glibc
import Wire

/// Removes what runs have made: namespaces, the processes inside, directories.
///
/// A name tells which process made it, so the end of a run, a signal and the remains of a run that
/// crashed are all one function with another choice of names.
enum Leftovers {
  /// What was removed.
  struct Count: Equatable, Sendable {
    var namespaces = 0
    var processes = 0
    var directories = 0
  }

  /// How long killed processes are waited for.
  static let deathTimeoutNanoseconds = 2 * Nanoseconds.perSecond

  /// Removes everything of the runs for which `isChosen` holds.
  @discardableResult
  static func remove(where isChosen: (RunName) -> Bool) -> Count {
    var count = Count()
    let namespaces = Files.names(in: NetworkNamespace.directory).filter { isRun($0, isChosen) }
    for pid in processes(in: namespaces) {
      Glibc.kill(pid, SIGKILL)
      count.processes += 1
    }
    // A dying process may still create files in the directory that is about to be removed.
    _ = Pause.until(timeoutNanoseconds: deathTimeoutNanoseconds) {
      processes(in: namespaces).isEmpty
    }
    for name in namespaces {
      removeNamespace(name)
      count.namespaces += 1
    }
    for name in Files.names(in: RunName.directoryOfRuns) where isRun(name, isChosen) {
      Files.removeTree("\(RunName.directoryOfRuns)/\(name)")
      count.directories += 1
    }
    return count
  }

  /// Removes what runs of processes that are gone have left behind.
  @discardableResult
  static func removeOfDeadRuns() -> Count {
    remove { !$0.isOwn && !$0.isAlive }
  }

  /// The names of the namespaces that a run still has.
  static func namespaces(of run: RunName) -> [String] {
    Files.names(in: NetworkNamespace.directory).filter { isRun($0) { $0 == run } }
  }

  /// The processes, this one excepted, that live in one of the named namespaces.
  static func processes(in namespaces: [String]) -> [pid_t] {
    let wanted = Set(namespaces.compactMap { fileNumber("\(NetworkNamespace.directory)/\($0)") })
    guard !wanted.isEmpty else { return [] }
    return Files.names(in: "/proc").compactMap { name in
      guard let pid = pid_t(name), pid != getpid(),
        let number = fileNumber("/proc/\(pid)/ns/net"), wanted.contains(number)
      else { return nil }
      return pid
    }
  }

  private static func isRun(_ name: String, _ isChosen: (RunName) -> Bool) -> Bool {
    RunName(prefixOf: name).map(isChosen) ?? false
  }

  private static func removeNamespace(_ name: String) {
    let path = "\(NetworkNamespace.directory)/\(name)"
    unsafe umount2(path, Int32(MNT_DETACH))
    unsafe unlink(path)
  }

  private static func fileNumber(_ path: String) -> UInt64? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return UInt64(status.st_ino)
  }
}
