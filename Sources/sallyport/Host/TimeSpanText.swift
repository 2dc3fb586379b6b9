/// A span of time as systemd writes it (systemd.time(7)): `30s`, `1min 30s`, `500ms`, `90`.
enum TimeSpanText {
  private static let secondsPerUnit: [String: Double] = [
    "": 1, "us": 1e-6, "usec": 1e-6, "ms": 1e-3, "msec": 1e-3,
    "s": 1, "sec": 1, "second": 1, "seconds": 1,
    "m": 60, "min": 60, "minute": 60, "minutes": 60,
    "h": 3_600, "hr": 3_600, "hour": 3_600, "hours": 3_600,
    "d": 86_400, "day": 86_400, "days": 86_400,
    "w": 604_800, "week": 604_800, "weeks": 604_800,
  ]

  /// The seconds of `text`; nil when it is no span.
  static func seconds(_ text: some StringProtocol) -> Double? {
    if text == "infinity" { return .infinity }
    var rest = Substring(text)
    var seconds: Double?
    while true {
      rest = rest.drop(while: \.isWhitespace)
      if rest.isEmpty { return seconds }
      let digits = rest.prefix { $0.isASCII && $0.isNumber || $0 == "." }
      rest = rest.dropFirst(digits.count).drop(while: \.isWhitespace)
      let unit = rest.prefix { $0.isASCII && $0.isLetter }
      rest = rest.dropFirst(unit.count)
      guard let number = Double(digits), let factor = secondsPerUnit[String(unit)] else {
        return nil
      }
      seconds = (seconds ?? 0) + number * factor
    }
  }
}
