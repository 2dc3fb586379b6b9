import Filter
import Kernel
import Wire

@testable import Proxy

/// A made-up network with made-up time: connections, what is ready, and what is still to happen.
///
/// Readiness is told as epoll tells it with edges: a link is put on the ready list when something
/// changes, and its state is looked at when it is taken off. All draws come from one seed.
final class SimulatedWorld {
  /// A connection on its way in.
  struct Arrival {
    let link: SimulatedLink
    /// Whether it goes before it is taken.
    var isGone = false
  }

  private struct Happening {
    let at: UInt64
    let number: UInt64
    let action: () -> Void
  }

  var random: SmallRandom
  private(set) var now: UInt64
  private var happenings: [Happening] = []
  private var happeningCount: UInt64 = 0
  private var ready: [SimulatedLink] = []
  private(set) var events: [Event] = []

  /// Connections that wait to be accepted, by listener.
  var backlogs: [[Arrival]]
  var isAccepting = true
  var isWakeRaised = false
  /// How a dial goes: asked for each.
  var dialPlan: (inout SmallRandom) -> DialPlan = { _ in .connects(afterNanoseconds: 100_000) }
  /// Whether the router listens where connections of a source arrive.
  var listens: (SourceAddress) -> Bool = { _ in true }
  /// Called with each link to the router.
  var dialled: (SimulatedLink, SourceAddress) -> Void = { _, _ in }
  /// Sockets and pipe ends that the process may have.
  var descriptorLimit = Int.max
  /// Bytes that fit into links on their way, when a test wants to say.
  var rooms: ClosedRange<Int>?
  /// Whether overflows can be had.
  var hasOverflows = true

  /// Sockets that the shard has.
  private(set) var openSockets = 0
  /// Overflows that the shard has.
  private(set) var openOverflows = 0
  /// Calls since the last wait: a turn without any that did not wait is spinning.
  var callCount = 0
  private(set) var idleTurns = 0
  private(set) var turn = 0
  private var lastTimeout: Int32 = 1
  /// What went wrong first.
  private(set) var complaint: String?

  init(seed: UInt64, listenerCount: Int = 2) {
    random = SmallRandom(seed: seed)
    now = 1_000_000_000 + random.below(1 << 40)
    backlogs = Array(repeating: [], count: listenerCount)
  }

  /// Remembers what went wrong, the first time.
  func complain(_ text: @autoclosure () -> String) {
    if complaint == nil { complaint = "at \(now / 1_000_000) ms, turn \(turn): \(text())" }
  }

  // MARK: Time

  /// Lets something happen later.
  func after(_ nanoseconds: UInt64, _ action: @escaping () -> Void) {
    happeningCount += 1
    let fresh = Happening(at: now + nanoseconds, number: happeningCount, action: action)
    var index = happenings.endIndex
    // Sorted, the next one last.
    var low = 0
    while low < index {
      let middle = (low + index) / 2
      let other = happenings[middle]
      if other.at > fresh.at || (other.at == fresh.at && other.number > fresh.number) {
        low = middle + 1
      } else {
        index = middle
      }
    }
    happenings.insert(fresh, at: low)
  }

  /// Whether something is still to happen.
  var isQuiet: Bool { happenings.isEmpty }

  private func happenUntil(_ moment: UInt64) -> Bool {
    guard let next = happenings.last, next.at <= moment else { return false }
    now = max(now, next.at)
    happenings.removeLast()
    next.action()
    return true
  }

  // MARK: Readiness

  /// Puts a link on the ready list.
  func raise(_ link: SimulatedLink) {
    guard link.token != nil, !link.isOnReadyList else { return }
    link.isOnReadyList = true
    ready.append(link)
  }

  /// Waits as epoll does; the events are in `events`.
  func wait(timeoutMilliseconds: Int32) -> Int {
    if lastTimeout == 0, callCount == 0, events.isEmpty { idleTurns += 1 }
    lastTimeout = timeoutMilliseconds
    callCount = 0
    turn += 1
    now += random.below(50_000)
    let deadline = now + UInt64(max(timeoutMilliseconds, 0)) * Nanoseconds.perMillisecond
    while happenUntil(now) {}
    while true {
      collect()
      guard events.isEmpty else { return events.count }
      guard happenUntil(deadline) else { break }
    }
    now = deadline
    return 0
  }

  private func collect() {
    events.removeAll(keepingCapacity: true)
    if isWakeRaised {
      events.append(Event(token: Token(.wake, slot: 0).rawValue, readiness: Readiness(rawValue: 1)))
    }
    for index in backlogs.indices where isAccepting && !backlogs[index].isEmpty {
      let token = Token(.listener, slot: UInt32(index)).rawValue
      events.append(Event(token: token, readiness: Readiness(rawValue: 1)))
    }
    var later: [SimulatedLink] = []
    for link in ready {
      // Some are told by the next wait only, as when there are more than one wait brings.
      if random.below(8) == 0 {
        later.append(link)
        continue
      }
      link.isOnReadyList = false
      guard let token = link.token, link.readiness != 0 else { continue }
      let event = Event(token: token, readiness: Readiness(rawValue: link.readiness))
      events.append(event)
      if random.below(32) == 0 { events.append(event) }
    }
    ready = later
    for index in events.indices.dropFirst() {
      events.swapAt(index, Int(random.below(UInt64(index + 1))))
    }
  }

  // MARK: The ledger

  /// Whether so many descriptors more can be had.
  func hasDescriptors(_ count: Int) -> Bool {
    openSockets + 2 * openOverflows + count <= descriptorLimit
  }

  /// What is open although nobody is left to close it; nil when nothing is.
  var leftovers: String? {
    guard openSockets != 0 || openOverflows != 0 else { return nil }
    return "\(openSockets) sockets and \(openOverflows) overflows are never closed"
  }

  func openSocket() { openSockets += 1 }

  func closeSocket() {
    callCount += 1
    openSockets -= 1
    if openSockets < 0 { complain("a socket was closed twice") }
  }

  func openOverflow() { openOverflows += 1 }

  func closeOverflow() {
    openOverflows -= 1
    if openOverflows < 0 { complain("an overflow was closed twice") }
  }
}

/// How a dial goes.
enum DialPlan {
  case connects(afterNanoseconds: UInt64)
  case isRefused(afterNanoseconds: UInt64)
  /// Nobody answers.
  case hangs
  case isRefusedAtOnce
  case isForbidden
}

extension SmallRandom {
  /// A number of `range`.
  mutating func number(_ range: ClosedRange<Int>) -> Int {
    range.lowerBound + Int(below(UInt64(range.count)))
  }

  /// Whether something happens that does so in `percent` of all cases.
  mutating func happens(_ percent: UInt64) -> Bool { below(100) < percent }

  /// Random bytes.
  mutating func bytes(_ count: Int) -> [UInt8] {
    (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
  }
}
