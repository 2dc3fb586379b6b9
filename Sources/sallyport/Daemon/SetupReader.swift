internal import Filter
internal import Kernel
internal import Proxy
internal import Synchronization

/// Reads files again on a thread of its own: to read and compile lists of a million networks takes
/// seconds on a small host that is flooded, and the control thread has to turn meanwhile.
///
/// One reading at a time. What is asked for while one is under way is answered by the next, since
/// files may have changed after they were read.
struct SetupReader {
  /// Why files are read again.
  enum Cause: Sendable {
    /// People asked for everything.
    case reload
    /// The router's files changed: what people have saved and not asked for stays as it is.
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
  /// By what the router's files are read when they alone have changed.
  var inForce: SettingsInForce
  private var desk: Desk?
  private var underWay: Set<Cause> = []
  private var waiting: Set<Cause> = []

  /// A reader of the configuration at `path`, and of all that it names, while `inForce` holds.
  init(path: String, inForce: SettingsInForce) {
    self.path = path
    self.inForce = inForce
  }

  /// Whether somebody waits for the end of a reading.
  func isAsked(_ cause: Cause) -> Bool { underWay.contains(cause) || waiting.contains(cause) }

  /// Asks for a reading that begins after this moment.
  mutating func ask(_ cause: Cause) {
    waiting.insert(cause)
    begin()
  }

  /// What a reading that has ended brought, and who had asked for it; nil when none has. What waits
  /// begins when this or `ask` is called again: what this reading brought is in force by then.
  mutating func take() -> (causes: Set<Cause>, finding: Finding)? {
    guard let finding = desk?.take() else {
      begin()
      return nil
    }
    let causes = underWay
    desk = nil
    underWay = []
    return (causes, finding)
  }

  private mutating func begin() {
    guard desk == nil, !waiting.isEmpty else { return }
    let desk = Desk()
    self.desk = desk
    (underWay, waiting) = (waiting, [])
    let path = path
    let settings = underWay == [.routerFiles] ? inForce : nil
    do throws(Errno) {
      try WorkerThread(name: "reader", core: nil, stackBytes: Self.stackBytes) {
        let finding = Self.read(path, by: settings)
        // A list of a million entries leaves hundreds of megabytes of text behind, and so did the
        // rules that the last reading replaced.
        Heap.giveBackUnused()
        desk.leave(finding)
      }
      .detach()
    } catch {
      desk.leave(Self.read(path, by: settings))
    }
  }

  /// Reads the router's files alone where `settings` say which.
  private static func read(_ path: String, by settings: SettingsInForce?) -> Finding {
    do throws(FaultReport) {
      guard let settings else { return .good(Handover(try GateSetup.read(path: path))) }
      return .good(Handover(try GateSetup.read(by: settings)))
    } catch {
      return .faulty(error)
    }
  }
}
