public import Wire

/// How many lines the journal may get: at most `linesPerSecond` within any second, whatever
/// happens.
///
/// Pure: the moment is an argument. Events over the budget are counted and summed up in one line.
/// Periodic sums over the budget are not lost, only late: they are asked for again. Sums leave room
/// for events, and events leave room for the line that says how many were left out.
public struct JournalBudget: Sendable {
  /// The most lines within any second.
  public static let linesPerSecond = 20
  /// The most lines that a second may have before periodic sums wait.
  public static let linesBeforeSumsWait = 15

  /// What a line is about.
  public enum Claim: Sendable {
    /// Something happened, and this line alone tells of it.
    case event
    /// A count since the last such line, which loses nothing by waiting.
    case sum
  }

  /// What to do with a line.
  public enum Answer: Equatable, Sendable {
    /// Write it.
    case write
    /// Write that so many lines were left out, then write it.
    case writeAfterLeftOut(UInt64)
    /// Leave it out; it has been counted.
    case leaveOut
    /// Ask again later; nothing is lost.
    case wait
  }

  /// How many events were left out and are not yet summed up in a line.
  public private(set) var leftOut: UInt64 = 0
  /// How many events were left out in all.
  public private(set) var leftOutInAll: UInt64 = 0
  private var times: [Instant?] = Array(repeating: nil, count: linesPerSecond)
  private var oldest = 0

  /// A budget that nobody has used yet.
  public init() {}

  /// Decides about one line.
  public mutating func ask(_ claim: Claim, at now: Instant) -> Answer {
    let used = linesWithinSecond(before: now)
    switch claim {
    case .sum:
      guard used < Self.linesBeforeSumsWait else { return .wait }
      note(now)
      return .write
    case .event:
      guard used + 2 <= Self.linesPerSecond else {
        addLeftOut(1)
        return .leaveOut
      }
      note(now)
      guard leftOut > 0 else { return .write }
      note(now)
      defer { leftOut = 0 }
      return .writeAfterLeftOut(leftOut)
    }
  }

  /// Counts lines that were lost before they came here.
  public mutating func addLeftOut(_ count: UInt64) {
    leftOut = Self.saturating(leftOut, count)
    leftOutInAll = Self.saturating(leftOutInAll, count)
  }

  /// How many left-out lines to sum up now; nil when there are none or no line is free.
  public mutating func takeLeftOut(at now: Instant) -> UInt64? {
    guard leftOut > 0, linesWithinSecond(before: now) < Self.linesPerSecond else { return nil }
    note(now)
    defer { leftOut = 0 }
    return leftOut
  }

  /// How long until an event is written rather than left out, if nothing else asks: at most a
  /// second.
  public func nanosecondsUntilRoom(at now: Instant) -> UInt64 {
    let spare = Self.linesPerSecond - 2
    let ages = times.compactMap { $0.map(now.nanoseconds(since:)) }
      .filter { $0 < Nanoseconds.perSecond }
      .sorted()
    return ages.count <= spare ? 0 : Nanoseconds.perSecond - ages[spare]
  }

  private static func saturating(_ left: UInt64, _ right: UInt64) -> UInt64 {
    let (sum, overflow) = left.addingReportingOverflow(right)
    return overflow ? .max : sum
  }

  private func linesWithinSecond(before now: Instant) -> Int {
    times.count { time in
      time.map { now.nanoseconds(since: $0) < Nanoseconds.perSecond } ?? false
    }
  }

  private mutating func note(_ now: Instant) {
    precondition(linesWithinSecond(before: now) < Self.linesPerSecond, "the budget is used up")
    times[oldest] = now
    oldest = (oldest + 1) % times.count
  }
}
