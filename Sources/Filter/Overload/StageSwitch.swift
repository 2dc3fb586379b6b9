internal import Wire

/// The times that a stage goes by.
struct StageTiming: BitwiseCopyable {
  /// How long an allowance has to be exceeded before the stage switches on.
  let graceMilliseconds: UInt32
  /// How long nothing must exceed it before the stage switches off again.
  let holdMilliseconds: UInt32

  /// The times in milliseconds, rounded down.
  init(graceNanoseconds: UInt64, holdNanoseconds: UInt64) {
    graceMilliseconds = UInt32(clamping: graceNanoseconds / Nanoseconds.perMillisecond)
    holdMilliseconds = UInt32(clamping: holdNanoseconds / Nanoseconds.perMillisecond)
  }
}

/// Whether one source, or everybody together, is asked for cookies.
///
/// ```
/// calm -- exceeded --> grace -- still exceeded after the grace --> cookies
///   ^                    |                                            |
///   +-- a pause as long -+            not exceeded for the hold ------+
/// ```
///
/// A burst that is over before the grace is challenges nobody. Once on, the stage stays on for the
/// hold, so that it does not flutter at the allowance's edge.
struct StageSwitch: BitwiseCopyable {
  private enum Phase: UInt8, BitwiseCopyable {
    case calm
    case grace
    case cookies
  }

  /// The moment when the allowance was first exceeded in this burst; milliseconds that wrap around.
  private var beganMilliseconds: UInt32 = 0
  /// The moment when it was last exceeded.
  private var exceededMilliseconds: UInt32 = 0
  private var phase = Phase.calm

  /// Whether cookies are asked for at this moment. Once they are not, only a new burst brings them
  /// back, not the clock, which is the same again after 49 days.
  mutating func isOn(milliseconds: UInt32, _ timing: StageTiming) -> Bool {
    guard phase == .cookies else { return false }
    if milliseconds &- exceededMilliseconds >= timing.holdMilliseconds { phase = .calm }
    return phase == .cookies
  }

  /// The allowance is exceeded; whether cookies are asked for now.
  mutating func exceed(milliseconds: UInt32, _ timing: StageTiming) -> Bool {
    let pause = milliseconds &- exceededMilliseconds
    exceededMilliseconds = milliseconds
    switch phase {
    case .calm:
      begin(milliseconds)
    case .grace:
      if pause > timing.graceMilliseconds {
        begin(milliseconds)
      } else if milliseconds &- beganMilliseconds >= timing.graceMilliseconds {
        phase = .cookies
      }
    case .cookies:
      if pause >= timing.holdMilliseconds { begin(milliseconds) }
    }
    return phase == .cookies
  }

  /// Ends the grace before its time: there is nothing left to be gracious with.
  mutating func endGrace() {
    phase = .cookies
  }

  private mutating func begin(_ milliseconds: UInt32) {
    phase = .grace
    beganMilliseconds = milliseconds
  }
}
