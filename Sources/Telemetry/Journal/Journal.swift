internal import Glibc
public import Wire

/// The one place where this program speaks to its operator's log.
///
/// Comes in: events, from the control thread alone, with the moment. Goes out: entries to the
/// journal or lines on standard error, never more than `JournalBudget` allows. Never told:
/// addresses of peers in periodic sums, and secrets at all.
public struct Journal: ~Copyable {
  private var budget = JournalBudget()
  private let send: (JournalEntry) -> Void
  private let sleep: (UInt64) -> Void

  /// A journal that writes to `destination`.
  public init(destination: JournalDestination = .automatic) {
    let usesJournal = destination.usesJournal
    self.init(
      send: { entry in
        if usesJournal && JournalWriter.sendToJournal(entry) { return }
        JournalWriter.writeLine(entry)
      },
      sleep: { nanoseconds in _ = usleep(UInt32(clamping: nanoseconds / 1_000 + 1)) }
    )
  }

  /// A journal that hands its entries to `send`, and waits by `sleep` for as many nanoseconds.
  public init(
    send: @escaping (JournalEntry) -> Void,
    sleep: @escaping (UInt64) -> Void
  ) {
    self.send = send
    self.sleep = sleep
  }

  /// Tells of an event, or counts it as left out.
  public mutating func write(_ event: JournalEvent, at now: Instant) {
    switch budget.ask(.event, at: now) {
    case .write:
      send(JournalEntry(event))
    case .writeAfterLeftOut(let count):
      send(JournalEntry(.linesLeftOut(count: count)))
      send(JournalEntry(event))
    case .leaveOut, .wait:
      break
    }
  }

  /// Tells of a sum if there is room for it now.
  ///
  /// Returns whether it was told; if not, the caller keeps the count and comes back.
  public mutating func write(_ sum: VerdictSum, at now: Instant) -> Bool {
    write(sum: .verdictSum(sum), at: now)
  }

  /// Tells of a rule's sum if there is room for it now.
  ///
  /// Returns whether it was told; if not, the caller keeps the count and comes back.
  public mutating func write(_ sum: RuleSum, at now: Instant) -> Bool {
    write(sum: .ruleSum(sum), at: now)
  }

  private mutating func write(sum: JournalEvent, at now: Instant) -> Bool {
    guard budget.ask(.sum, at: now) == .write else { return false }
    send(JournalEntry(sum))
    return true
  }

  /// Tells of an event that must not be left out, waiting up to a second for room.
  ///
  /// Returns the moment afterwards. For starting and stopping, where nothing else waits.
  public mutating func insist(_ event: JournalEvent, at now: Instant) -> Instant {
    let wait = budget.nanosecondsUntilRoom(at: now)
    if wait > 0 { sleep(wait) }
    let later = now.advanced(byNanoseconds: wait)
    write(event, at: later)
    return later
  }

  /// How many events were left out in all.
  public var leftOutInAll: UInt64 { budget.leftOutInAll }

  /// Counts events that were lost on their way here.
  public mutating func addLeftOut(_ count: UInt64) {
    budget.addLeftOut(count)
  }

  /// To be called about once a second: tells how many lines were left out.
  public mutating func tick(at now: Instant) {
    guard let count = budget.takeLeftOut(at: now) else { return }
    send(JournalEntry(.linesLeftOut(count: count)))
  }
}
