internal import Wire

/// What a source did, as the table of the busiest counts it.
public enum BusyCount: Int, CaseIterable, Sendable, BitwiseCopyable {
  /// Connections or datagrams that came.
  case arrived
  /// Of those, refused.
  case refused
  /// Let through to the router.
  case admitted
  /// Handshakes that failed at the router.
  case failed

  /// What a verdict counts as; nil when it says nothing about the source.
  init?(_ verdict: Verdict) {
    switch verdict {
    case .refuse: self = .refused
    case .admit: self = .admitted
    case .fail: self = .failed
    case .complete, .observe, .trial, .challenge, .reject: return nil
    }
  }
}

/// Counts of this minute and of the one before it, in one word.
struct BusyMinutes: BitwiseCopyable {
  private(set) var word: UInt64

  init(word: UInt64) {
    self.word = word
  }

  private var current: UInt64 { word >> 32 }
  private var previous: UInt64 { word & 0xffff_ffff }

  /// One more in this minute, saturating.
  mutating func add() {
    if current < 0xffff_ffff { word &+= 1 << 32 }
  }

  /// `minutes` have passed.
  mutating func roll(_ minutes: UInt64) {
    switch minutes {
    case 0: break
    case 1: word = current
    default: word = 0
    }
  }

  /// How many there were in the last minute: all of this one, and of the one before as much as is
  /// not yet a minute ago, as if they had come evenly.
  func lastMinute(passedNanoseconds: UInt64) -> UInt32 {
    let left = BusyMoment.minuteNanoseconds - min(passedNanoseconds, BusyMoment.minuteNanoseconds)
    let share = left / Nanoseconds.perMillisecond
    let minute = BusyMoment.minuteNanoseconds / Nanoseconds.perMillisecond
    return UInt32(clamping: current + previous * share / minute)
  }
}

/// A moment as a minute and what has passed of it.
struct BusyMoment: BitwiseCopyable {
  static let minuteNanoseconds: UInt64 = 60 * Nanoseconds.perSecond

  let minute: UInt64
  let passedNanoseconds: UInt64

  init(_ now: Instant) {
    minute = now.nanoseconds / Self.minuteNanoseconds
    passedNanoseconds = now.nanoseconds % Self.minuteNanoseconds
  }
}

/// What is known of an entry beside its address and counts, in one word: from the top 24 bits of
/// weight, 16 bits of a minute, and 8 bits each of the prefix's length, of the last verdict that
/// counts and of its reason (all plus one, zero is none).
struct BusyMeta: BitwiseCopyable {
  private(set) var word: UInt64
  private static let weightMaximum: UInt64 = 0xff_ffff

  init(word: UInt64) {
    self.word = word
  }

  init(length: UInt8, minute: UInt64) {
    word = 1 << 40 | (minute & 0xffff) << 24 | UInt64(length) << 16
  }

  /// How many newcomers it takes to push the entry out.
  var weight: UInt64 { word >> 40 }
  var length: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }
  var reason: UInt8? {
    let number = UInt8(truncatingIfNeeded: word)
    return number > 0 ? number &- 1 : nil
  }

  /// Minutes since the entry was touched. They wrap after 45 days.
  func age(_ minute: UInt64) -> UInt64 { (minute &- word >> 24) & 0xffff }

  /// Touched in `minute`; for each minute since the last touch the weight is halved.
  mutating func touch(_ minute: UInt64) {
    let age = age(minute)
    let weight = age < 24 ? weight >> age : 0
    word = weight << 40 | (minute & 0xffff) << 24 | word & 0xff_ffff
  }

  mutating func gain() {
    if weight < Self.weightMaximum { word &+= 1 << 40 }
  }

  mutating func lose() {
    if weight > 0 { word &-= 1 << 40 }
  }

  mutating func note(reason: Reason) {
    word = word & ~0xff | UInt64(reason.rawValue &+ 1)
  }
}
