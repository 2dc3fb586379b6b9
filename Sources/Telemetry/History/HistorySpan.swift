internal import Wire

/// How far back a history reaches, and in steps of which length.
public enum HistorySpan: String, CaseIterable, Sendable {
  /// 60 periods of a second.
  case minute
  /// 60 periods of a minute.
  case hour
  /// 288 periods of five minutes.
  case day

  /// How long one period is.
  public var periodNanoseconds: UInt64 {
    switch self {
    case .minute: Nanoseconds.perSecond
    case .hour: 60 * Nanoseconds.perSecond
    case .day: 300 * Nanoseconds.perSecond
    }
  }

  /// How many periods are kept.
  public var periodCount: Int {
    switch self {
    case .minute, .hour: 60
    case .day: 288
    }
  }
}
