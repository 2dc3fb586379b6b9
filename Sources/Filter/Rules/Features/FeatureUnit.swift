/// How people write a number of a rule.
public enum FeatureUnit: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// A plain number.
  case count
  /// `60%`.
  case percent
  /// `300us`, `20ms`, `2s`; kept in microseconds.
  case microseconds
  /// `20ms`, `2s`, `1m`; kept in milliseconds.
  case milliseconds
  /// `10/m`, `1/s`; kept by the minute.
  case perMinute

  /// The suffixes that may follow a number, and by what each multiplies it.
  var suffixes: [(text: String, factor: UInt64)] {
    switch self {
    case .count: [("", 1)]
    case .percent: [("%", 1)]
    case .microseconds: [("us", 1), ("ms", 1_000), ("s", 1_000_000)]
    case .milliseconds: [("ms", 1), ("s", 1_000), ("m", 60_000)]
    case .perMinute: [("/m", 1), ("/s", 60)]
    }
  }

  /// The greatest number that makes sense.
  var maximum: UInt32 {
    self == .percent ? 100 : .max
  }

  /// A condition with this unit, as an example for people.
  var example: String {
    switch self {
    case .count: "\">= 20\""
    case .percent: "\">= 60%\""
    case .microseconds: "\"< 300us\" or \"> 2s\""
    case .milliseconds: "\"> 500ms\" or \"> 2s\""
    case .perMinute: "\"> 10/m\""
    }
  }
}
