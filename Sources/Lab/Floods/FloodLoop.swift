internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// The loop of a flood: begins connections when they are due, says what the kind says, holds them,
/// and counts how they end.
struct FloodLoop: ~Copyable {
  /// Connections begun before events are looked at again: enough to amortise the wait, few enough
  /// to see closes within a millisecond.
  private static let beginsPerTurn = 64
  private static let eventsPerTurn = 512
  /// A loop that fell behind its rate catches up on this much and forgets the rest.
  private static let arrearsNanosecondsMaximum = 100 * Nanoseconds.perMillisecond
  private static let readBytesMaximum = 16_384
  private static let idleMillisecondsMaximum: UInt64 = 100

  let settings: FloodSettings
  var payload: FloodPayload
  var report: FloodReport
  var slots: [FloodSlot]
  var freeSlots: [Int32]
  var holding: SlotQueue
  var dribbling: SlotQueue
  var scratch = [UInt8](repeating: 0, count: readBytesMaximum)
  let epoll: Descriptor
  private var sources: FloodSources?
  private let intervalNanoseconds: UInt64
  private var nextBegin = Instant(nanoseconds: 0)

  /// A loop that has not begun yet.
  init(_ settings: FloodSettings, payload: FloodPayload, epoll: consuming Descriptor) {
    let capacity = settings.openConnectionsMaximum
    self.settings = settings
    self.payload = payload
    self.epoll = epoll
    report = FloodReport(kind: settings.kind)
    slots = Array(repeating: FloodSlot(), count: capacity)
    freeSlots = (0..<Int32(capacity)).reversed()
    holding = SlotQueue(capacity: capacity)
    dribbling = SlotQueue(capacity: capacity)
    sources = settings.sources
    intervalNanoseconds = settings.ratePerSecond.map { UInt64(1e9 / $0) } ?? 0
  }

  var openCount: Int { slots.count - freeSlots.count }

  /// Runs until the duration is over and every connection has ended.
  mutating func run(stop: FloodStop?, progress: FloodProgress?) -> FloodReport {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
    let start = Clock.now
    let end = start.advanced(byNanoseconds: settings.durationNanoseconds)
    let processorBefore = Self.processorNanoseconds()
    nextBegin = start
    var lastBegin = start
    while true {
      let now = Clock.now
      let stopped = stop?.isRaised == true
      let makes = now < end && !stopped
      if stopped { closeAll() }
      if !makes {
        if report.processorNanoseconds == 0 {
          report.processorNanoseconds = Self.processorNanoseconds() &- processorBefore
        }
        if openCount == 0 { break }
      }
      sayNextBytes(now)
      endHolds(now)
      if makes {
        beginDue(now)
        lastBegin = now
        progress?.tell(attempted: report.attempted)
      }
      let timeout = waitMilliseconds(makes: makes, now: now, end: end)
      let count = unsafe linux_epoll_wait(
        epoll.rawValue,
        &events,
        Int32(Self.eventsPerTurn),
        timeout
      )
      let wake = Clock.now
      for index in 0..<Int(max(count, 0)) {
        let event = unsafe events[index]
        unsafe handle(event.events, token: event.data.u64, now: wake)
      }
    }
    if stop?.isRaised != true { forget(before: end) }
    report.elapsedNanoseconds = lastBegin.nanoseconds(since: start)
    report.flightsReused = payload.flightsReused
    return report
  }

  private static func processorNanoseconds() -> UInt64 {
    var used: UInt64 = 0
    _ = unsafe linux_thread_processor_nanoseconds(&used)
    return used
  }

  private mutating func beginDue(_ now: Instant) {
    forget(before: Instant(nanoseconds: now.nanoseconds &- Self.arrearsNanosecondsMaximum))
    var begins = 0
    while begins < Self.beginsPerTurn, nextBegin <= now {
      if freeSlots.isEmpty {
        switch settings.whenFull {
        case .dropOldest: dropOldest()
        case .wait:
          // A flood with a rate loses its turn; one without simply waits for room.
          guard intervalNanoseconds > 0 else { return }
          report.skippedWhenFull += 1
          nextBegin = nextBegin.advanced(byNanoseconds: intervalNanoseconds)
          continue
        }
      }
      begin(at: intervalNanoseconds > 0 ? now : Clock.now)
      begins += 1
      if intervalNanoseconds > 0 {
        nextBegin = nextBegin.advanced(byNanoseconds: intervalNanoseconds)
      }
    }
  }

  /// Leaves out what was due before `moment`.
  private mutating func forget(before moment: Instant) {
    guard nextBegin < moment else { return }
    guard intervalNanoseconds > 0 else { return nextBegin = moment }
    let turns =
      (moment.nanoseconds(since: nextBegin) + intervalNanoseconds - 1) / intervalNanoseconds
    report.forgotten += turns
    nextBegin = nextBegin.advanced(byNanoseconds: turns &* intervalNanoseconds)
  }

  private mutating func begin(at now: Instant) {
    let source = sources?.next()
    report.attempted += 1
    let descriptor = lab_start_connection(
      source?.high ?? 0,
      source?.low ?? 0,
      settings.target.address.high,
      settings.target.address.low,
      settings.target.port,
      LAB_CONNECTION_RESETS | (settings.kind == .dribble ? LAB_CONNECTION_UNDELAYED : 0)
        | (settings.hasOtherStack ? LAB_CONNECTION_OTHER_STACK : 0)
    )
    guard descriptor >= 0 else {
      countError(Errno.last.rawValue)
      return
    }
    adopt(descriptor, at: now)
  }

  /// How long nothing can be due; zero when something is, or when there is something to prepare.
  private mutating func waitMilliseconds(makes: Bool, now: Instant, end: Instant) -> Int32 {
    var next = makes ? end : now.advanced(byNanoseconds: 10 * Nanoseconds.perSecond)
    if makes, !freeSlots.isEmpty || settings.whenFull == .dropOldest || intervalNanoseconds > 0 {
      next = min(next, nextBegin)
    }
    if let slot = holding.first {
      next = min(next, slots[slot].begunAt.advanced(byNanoseconds: settings.holdNanoseconds))
    }
    if let slot = dribbling.first { next = min(next, slots[slot].nextByteAt) }
    let left = next.nanoseconds(since: now)
    guard left > 0 else { return 0 }
    if makes, payload.prepare() == .made { return 0 }
    let milliseconds = (left + Nanoseconds.perMillisecond - 1) / Nanoseconds.perMillisecond
    return Int32(min(milliseconds, Self.idleMillisecondsMaximum))
  }

  mutating func countError(_ number: Int32) {
    if number == ECONNREFUSED {
      report.refused += 1
    } else {
      report.errors[number, default: 0] += 1
    }
  }
}
