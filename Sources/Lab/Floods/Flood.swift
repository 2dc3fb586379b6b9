internal import CLinux
internal import Kernel
internal import Synchronization
internal import Wire

/// A load generator that reaches what one core can do: one thread, one epoll, raw system calls.
///
/// Purpose: to show what a router, bare or guarded, makes of thousands of strangers a second.
/// Inputs are the settings; the output is a report. It runs on the calling thread, in that thread's
/// network namespace, for the settings' duration plus at most the time a connection is held. It
/// never opens more than the settings allow, and it leaves no TIME_WAIT behind.
enum Flood {
  /// Why a flood did not begin.
  enum Failure: Error, Equatable, CustomStringConvertible {
    /// Honest first flights need a router to be made for.
    case routerNeeded(FloodKind)
    /// Requests need a router to be made for, replays something recorded.
    case datagramsNeeded(DatagramFloodKind)
    /// The bounds make no sense.
    case outOfBounds(String)
    /// The system refused.
    case system(Errno, String)

    /// What is wrong and what to do.
    var description: String {
      switch self {
      case .routerNeeded(let kind):
        "a flood of kind \(kind.rawValue) needs the router's facts: name its directory"
      case .datagramsNeeded(let kind):
        "a flood of kind \(kind.rawValue) needs the router's facts, a replay recorded datagrams: "
          + "name the router's directory"
      case .outOfBounds(let what): what
      case .system(let error, let what): "\(what): \(error)"
      }
    }
  }

  /// Runs a flood to its end.
  ///
  /// - Parameters:
  ///   - settings: what to do.
  ///   - stop: raised from another thread to end it before its time.
  ///   - progress: where others can see how far it is.
  /// - Throws: why it did not begin.
  /// - Returns: what it did.
  static func run(
    _ settings: FloodSettings,
    stop: FloodStop? = nil,
    progress: FloodProgress? = nil
  ) throws(Failure) -> FloodReport {
    guard (1...FloodSettings.openMaximum).contains(settings.openConnectionsMaximum) else {
      throw .outOfBounds("open connections: from 1 to \(FloodSettings.openMaximum)")
    }
    if let rate = settings.ratePerSecond, !(rate > 0.001 && rate < 10_000_000) {
      throw .outOfBounds("rate: more than 0.001 and under 10000000 a second")
    }
    let descriptors = Int(settings.openConnectionsMaximum) + 256
    guard DescriptorLimit.raise(to: descriptors) >= descriptors else {
      throw .system(
        .last,
        "raising the limit of open descriptors: allow more of them (ulimit -Hn) or ask for fewer"
      )
    }
    if let core = settings.core, linux_pin_thread(core) != 0 {
      throw .system(.last, "running on core \(core)")
    }
    guard let payload = FloodPayload(for: settings) else { throw .routerNeeded(settings.kind) }
    let epoll = linux_epoll_create()
    guard epoll >= 0 else { throw .system(.last, "epoll") }
    var loop = FloodLoop(settings, payload: payload, epoll: Descriptor(owning: epoll))
    return loop.run(stop: stop, progress: progress)
  }
}

/// How far a flood is, for any thread to see.
final class FloodProgress: Sendable {
  private let begun = Atomic<UInt64>(0)

  /// Connections begun, or datagrams sent.
  var attempted: UInt64 { begun.load(ordering: .relaxed) }

  /// Says how far the flood is.
  func tell(attempted: UInt64) { begun.store(attempted, ordering: .relaxed) }
}

/// Ends a flood before its time, from any thread.
final class FloodStop: Sendable {
  private let raised = Atomic<Bool>(false)

  /// Asks the flood to end.
  func raise() { raised.store(true, ordering: .relaxed) }

  /// Whether the end was asked for.
  var isRaised: Bool { raised.load(ordering: .relaxed) }
}
