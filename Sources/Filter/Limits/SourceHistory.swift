/// What is remembered of a source at one moment.
public struct SourceHistory: BitwiseCopyable, Sendable, Equatable {
  /// In which order it is served.
  public let standing: Standing
  /// Failures of the address, decayed.
  public let failures: UInt32
  /// Failures of its network, decayed.
  public let networkFailures: UInt32
  /// Connections of the address that are open.
  public let concurrency: UInt32
  /// New connections of the address within the last minute.
  public let reconnectsPerMinute: UInt32
  /// What the router did with it before.
  public let earlier: EarlierOutcome
}
