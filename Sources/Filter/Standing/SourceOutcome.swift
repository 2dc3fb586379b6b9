/// Something that is learnt of a source after it was let through, or from elsewhere.
public enum SourceOutcome: Equatable, Sendable, BitwiseCopyable {
  /// It has shown this.
  case passed(StandingTest)
  /// A handshake of it failed at the router, for this reason.
  case failed(Reason)

  private static let failureMark: UInt16 = 0x100

  /// The form in which it crosses over from a shard to the control thread.
  public var code: UInt16 {
    switch self {
    case .passed(let test): UInt16(test.rawValue)
    case .failed(let reason): Self.failureMark | UInt16(reason.rawValue)
    }
  }

  /// The outcome with this code; nil when there is none.
  public init?(code: UInt16) {
    let low = UInt8(truncatingIfNeeded: code)
    switch code & ~0xff {
    case 0:
      guard let test = StandingTest(rawValue: low) else { return nil }
      self = .passed(test)
    case Self.failureMark:
      guard let reason = Reason(rawValue: low) else { return nil }
      self = .failed(reason)
    default: return nil
    }
  }
}
