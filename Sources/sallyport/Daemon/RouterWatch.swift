internal import Filter
internal import Kernel
internal import Wire

/// Follows the router's files: says when they should be read again.
struct RouterWatch: ~Copyable {
  /// The router's directory.
  let directory: String
  /// What was read last.
  private(set) var facts: RouterFacts
  private var watch: FileWatch?
  private var readAt: Instant?
  private var lookAgainAt: Instant
  private var faultWasTold = false

  /// A watch over the files of `directory`, which gave `facts` at the moment `now`.
  init(directory: String, facts: RouterFacts, now: Instant) {
    self.directory = directory
    self.facts = facts
    watch = Self.watch(directory, facts)
    lookAgainAt = now.advanced(byNanoseconds: Daemon.filesLookNanoseconds)
  }

  private static func watch(_ directory: String, _ facts: RouterFacts) -> FileWatch? {
    let names = RouterFileNames.watched(of: facts.kind, facts.transports)
    return try? FileWatch(directory: directory, names: names)
  }

  /// Whether the files have changed and lain still since. Now and then they are read all the same:
  /// no watch can be had in a directory that may be entered and not read.
  mutating func isDue(_ now: Instant) -> Bool {
    if watch?.drain() == .changed {
      readAt = now.advanced(byNanoseconds: Daemon.filesRestNanoseconds)
    }
    return now >= readAt ?? lookAgainAt
  }

  /// They are read now: what changes from here on makes another reading due.
  mutating func begin(_ now: Instant) {
    readAt = nil
    lookAgainAt = now.advanced(byNanoseconds: Daemon.filesLookNanoseconds)
  }

  /// They were read, and are good.
  mutating func settle(_ newer: RouterFacts) {
    if newer.kind != facts.kind { watch = Self.watch(directory, newer) }
    facts = newer
    faultWasTold = false
  }

  /// They were read, and are not good: another try comes later. Whether that is to be told.
  mutating func retry(_ now: Instant) -> Bool {
    readAt = now.advanced(byNanoseconds: Daemon.filesRetryNanoseconds)
    defer { faultWasTold = true }
    return !faultWasTold
  }
}
