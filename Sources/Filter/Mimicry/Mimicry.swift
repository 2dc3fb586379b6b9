public import Wire

/// Draws how a refused connection ends, from the distribution of the router behind the gate, so
/// that a stranger can't tell the two apart.
public struct Mimicry: BitwiseCopyable, Sendable {
  /// Bytes that both routers read before they judge a classic first flight.
  private static let judgedBytes = 64
  /// i2pd from 2.57 reads so many bytes more, drawn evenly from zero up to below this.
  private static let i2pdReadOnBound: UInt64 = 287
  /// Java I2P likewise.
  private static let javaReadOnBound: UInt64 = 128
  /// Java I2P's sweep ends a connection 10.2 to 10.9 seconds after it was accepted.
  private static let javaEndNanoseconds: UInt64 = 10_200 * Nanoseconds.perMillisecond
  private static let javaEndVarianceNanoseconds: UInt64 = 700 * Nanoseconds.perMillisecond
  /// No plan of a router ends by this many bytes: only its deadline does.
  private static let neverByBytes = Int(Int32.max)

  private let manner: RouterManner
  private var random: SmallRandom
  private var sweeps: SweepSchedule

  /// The manner of this router program and `router.version` (0.9.57 is 957).
  public init(kind: RouterKind, version: UInt32, seed: UInt64, now: Instant) {
    manner = RouterManner(kind: kind, version: version)
    random = SmallRandom(seed: seed)
    sweeps = SweepSchedule(now: now, random: &random)
  }

  /// A seed for a successor.
  public mutating func seed() -> UInt64 { random.next() }

  /// When the router would end a connection that never sends a whole first flight.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func endWithoutFlight(accepted: Instant, now: Instant) -> Instant {
    switch manner {
    case .i2pdPrompt, .i2pdReadsOn:
      return sweeps.end(of: accepted, now: now, random: &random)
    case .java:
      let extra = random.below(Self.javaEndVarianceNanoseconds)
      return accepted.advanced(byNanoseconds: Self.javaEndNanoseconds &+ extra)
    }
  }

  /// How the router would end a connection that was refused for `reason`.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func plan(_ reason: Reason, accepted: Instant, now: Instant) -> FailurePlan {
    let until = endWithoutFlight(accepted: accepted, now: now)
    return FailurePlan(
      totalBytes: totalBytes(reason),
      until: until,
      drainsBeforeClose: manner == .java
    )
  }

  private mutating func totalBytes(_ reason: Reason) -> Int {
    switch reason {
    case .routerBusy, .routerDown, .clockSkew:
      return Self.neverByBytes
    case .paddingTooLong:
      return manner == .java ? Self.neverByBytes : Self.judgedBytes
    case .unauthenticated, .signature, .proofBudget, .oversized:
      return judgedAndReadOn()
    default:
      return manner == .java ? Self.judgedBytes : judgedAndReadOn()
    }
  }

  private mutating func judgedAndReadOn() -> Int {
    switch manner {
    case .i2pdPrompt: Self.judgedBytes
    case .i2pdReadsOn: Self.judgedBytes &+ Int(random.below(Self.i2pdReadOnBound))
    case .java: Self.judgedBytes &+ Int(random.below(Self.javaReadOnBound))
    }
  }
}
