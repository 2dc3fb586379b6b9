internal import Filter
internal import Kernel
internal import Proxy
internal import Synchronization

/// Reads everything again on a thread of its own: to read and compile lists of a million networks
/// takes seconds on a small host that is flooded, and the control thread has to turn meanwhile.
///
/// One reading at a time. What is asked for while one is under way is answered by the next, since
/// files may have changed after they were read.
struct SetupReader {
  /// Why everything is read again.
  enum Cause: Sendable {
    /// People asked for it.
    case reload
    /// The router's files changed.
    case routerFiles
  }

  /// What a reading brought: all of it good, or what is wrong.
  enum Finding: Sendable {
    /// All is good.
    case good(Handover<GateSetup>)
    /// Something is wrong.
    case faulty(FaultReport)
  }

  /// Where the thread leaves what it found.
  private final class Desk: Sendable {
    private let finding = Mutex<Finding?>(nil)

    func leave(_ finding: Finding) { self.finding.withLock { $0 = finding } }

    func take() -> Finding? { finding.withLock { $0.take() } }
  }

  private static let stackBytes = 8_388_608

  private let path: String
  private var desk: Desk?
  private var underWay: Set<Cause> = []
  private var waiting: Set<Cause> = []

  /// A reader of the configuration at `path`, and of all that it names.
  init(path: String) { self.path = path }

  /// Whether somebody waits for the end of a reading.
  func isAsked(_ cause: Cause) -> Bool { underWay.contains(cause) || waiting.contains(cause) }

  /// Asks for a reading that begins after this moment.
  mutating func ask(_ cause: Cause) {
    waiting.insert(cause)
    begin()
  }

  /// What a reading that has ended brought, and who had asked for it; nil when none has.
  mutating func take() -> (causes: Set<Cause>, finding: Finding)? {
    guard let finding = desk?.take() else { return nil }
    let causes = underWay
    desk = nil
    underWay = []
    begin()
    return (causes, finding)
  }

  private mutating func begin() {
    guard desk == nil, !waiting.isEmpty else { return }
    let desk = Desk()
    self.desk = desk
    (underWay, waiting) = (waiting, [])
    let path = path
    do throws(Errno) {
      try WorkerThread(name: "reader", core: nil, stackBytes: Self.stackBytes) {
        let finding = Self.read(path)
        // A list of a million entries leaves hundreds of megabytes of text behind, and so did the
        // rules that the last reading replaced.
        Heap.giveBackUnused()
        desk.leave(finding)
      }
      .detach()
    } catch {
      desk.leave(Self.read(path))
    }
  }

  private static func read(_ path: String) -> Finding {
    do throws(FaultReport) {
      return .good(Handover(try GateSetup.read(path: path)))
    } catch {
      return .faulty(error)
    }
  }
}
