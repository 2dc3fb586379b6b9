internal import Foundation
internal import Glibc
internal import Wire

/// Numbers, spans and moments as people read them.
enum PlainWords {
  /// A span such as `3d 4h`, `12 min`, `40 s`: two units at most.
  static func span(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<60: "\(seconds) s"
    case ..<3_600: "\(seconds / 60) min"
    case ..<86_400: "\(seconds / 3_600) h \(seconds % 3_600 / 60) min"
    default: "\(seconds / 86_400) d \(seconds % 86_400 / 3_600) h"
    }
  }

  /// The same in few columns: `40s`, `12m`, `3h`, `2d`.
  static func shortSpan(_ seconds: UInt64) -> String {
    switch seconds {
    case ..<60: "\(seconds)s"
    case ..<3_600: "\(seconds / 60)m"
    case ..<86_400: "\(seconds / 3_600)h"
    default: "\(seconds / 86_400)d"
    }
  }

  /// A moment in local time: `2026-09-01 14:05`.
  static func moment(_ seconds: UInt64) -> String { format(seconds, "yyyy-MM-dd HH:mm") }

  /// A moment of today in local time: `14:05:09`.
  static func clock(_ seconds: UInt64) -> String { format(seconds, "HH:mm:ss") }

  /// A count that may be large, in five columns at most: `999`, `12.3k`, `4.5M`.
  static func count(_ value: UInt64) -> String {
    switch value {
    case ..<10_000: "\(value)"
    case ..<100_000: tenths(value, 1_000) + "k"
    case ..<1_000_000: "\(value / 1_000)k"
    case ..<100_000_000: tenths(value, 1_000_000) + "M"
    default: "\(value / 1_000_000)M"
    }
  }

  /// Milliseconds: `0.4 ms`, `12 ms`, `1.5 s`.
  static func milliseconds(_ value: Double) -> String {
    switch value {
    case ..<10: String(format: "%.1f ms", value)
    case ..<1_000: String(format: "%.0f ms", value)
    default: String(format: "%.1f s", value / 1_000)
    }
  }

  /// Bytes: `812 KiB`, `34 MiB`, `1.2 GiB`.
  static func bytes(_ value: UInt64) -> String {
    switch value {
    case ..<1_048_576: "\(value / 1_024) KiB"
    case ..<1_073_741_824: "\(value / 1_048_576) MiB"
    default: String(format: "%.1f GiB", Double(value) / 1_073_741_824)
    }
  }

  /// A span that people write, such as `90s`, `15m`, `2h`, `7d`, in seconds; nil for anything else.
  static func seconds(_ text: String) -> UInt64? {
    let factors: [Character: UInt64] = ["s": 1, "m": 60, "h": 3_600, "d": 86_400]
    guard let unit = text.last, let factor = factors[unit], text.count > 1,
      text.utf8.dropLast().allSatisfy({ (48...57).contains($0) }),
      let number = UInt64(text.dropLast())
    else { return nil }
    let (seconds, overflow) = number.multipliedReportingOverflow(by: factor)
    return overflow ? nil : seconds
  }

  /// The name of the user with this number; the number when nobody has it.
  static func user(_ number: UInt32) -> String {
    guard let entry = unsafe getpwuid(number), let text = unsafe entry.pointee.pw_name else {
      return String(number)
    }
    return unsafe String(cString: text)
  }

  /// Text of others without what steers a terminal.
  static func harmless(_ text: String) -> String {
    String(String.UnicodeScalarView(text.unicodeScalars.map { $0.isPlain ? $0 : "?" }))
  }

  private static func tenths(_ value: UInt64, _ unit: UInt64) -> String {
    "\(value / unit).\(value % unit * 10 / unit)"
  }

  private static func format(_ seconds: UInt64, _ pattern: String) -> String {
    let formatter = DateFormatter()
    formatter.locale = Locale(identifier: "en_US_POSIX")
    formatter.dateFormat = pattern
    return formatter.string(from: Date(timeIntervalSince1970: TimeInterval(seconds)))
  }
}

extension String {
  /// The text in exactly `width` columns: cut, or filled up behind.
  func leading(_ width: Int) -> String {
    count > width ? String(prefix(width)) : self + String(repeating: " ", count: width - count)
  }

  /// The text in exactly `width` columns: cut, or filled up before.
  func trailing(_ width: Int) -> String {
    count > width ? String(prefix(width)) : String(repeating: " ", count: width - count) + self
  }
}
