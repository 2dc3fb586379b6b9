internal import Filter
internal import Glibc
internal import Kernel
internal import Synchronization
internal import Telemetry
internal import Wire

/// The thread that reads the router's netDb: tells the control thread whom it lists.
///
/// A pass every few minutes, in shares with pauses between them, so that it takes a fifth of a core
/// at the most. Stays with the directory of the start, as the gates stay with their ports.
final class NetDbPost: Sendable {
  /// The pause between two shares of a pass.
  private static let pauseNanoseconds: UInt64 = Nanoseconds.perSecond
  /// The pause between two passes, and between two looks at a directory that can't be read.
  static let passNanoseconds: UInt64 = 300 * Nanoseconds.perSecond
  /// How soon it sees that all is over.
  private static let napMicroseconds: UInt32 = 250_000

  /// What the thread and the control thread share.
  private final class Desk: Sendable {
    let isStopping = Atomic(false)
    let isRead = Atomic(false)
    let problem = Mutex<JournalEvent?>(nil)
  }

  private let desk = Desk()

  /// Reads the netDb of the router in `directory` from now on; what it lists goes to `notes`.
  init(routerDirectory: String, notes: SourceNotes) throws(Errno) {
    let desk = desk
    let thread = try WorkerThread(name: "netdb", core: nil) {
      Self.work(NetDbScan(routerDirectory: routerDirectory), notes, desk)
    }
    thread.detach()
  }

  deinit {
    desk.isStopping.store(true, ordering: .relaxed)
  }

  /// Whether notes were left of all whom the netDb lists, in one pass or more.
  var isRead: Bool { desk.isRead.load(ordering: .acquiring) }

  /// What is to be told, once.
  func takeProblem() -> JournalEvent? {
    desk.problem.withLock { $0.take() }
  }

  private static func work(_ scan: consuming NetDbScan, _ notes: SourceNotes, _ desk: Desk) {
    var problemWasTold = false
    while !desk.isStopping.load(ordering: .relaxed) {
      switch scan.advance() {
      case .underWay:
        rest(pauseNanoseconds, desk)
      case .listed(let addresses):
        problemWasTold = false
        // A netDb that lists nobody is more likely one whose folders can't be read.
        if notes.put(addresses, .passed(.listed)), !addresses.isEmpty {
          desk.isRead.store(true, ordering: .releasing)
        }
        rest(passNanoseconds, desk)
      case .unavailable(let errno):
        if !problemWasTold {
          let event = JournalEvent.netDbUnavailable(directory: scan.path, problem: "\(errno)")
          desk.problem.withLock { $0 = event }
        }
        problemWasTold = true
        rest(passNanoseconds, desk)
      }
    }
  }

  private static func rest(_ nanoseconds: UInt64, _ desk: Desk) {
    let until = Clock.now.advanced(byNanoseconds: nanoseconds)
    while !desk.isStopping.load(ordering: .relaxed) {
      guard Clock.now < until else { return }
      _ = usleep(napMicroseconds)
    }
  }
}
