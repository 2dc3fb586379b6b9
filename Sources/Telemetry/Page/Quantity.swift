internal import Wire

/// Numbers as people read them.
enum Quantity {
  /// A whole number with a comma at each thousand.
  static func count(_ number: UInt64) -> String {
    let digits = String(number)
    var text = ""
    for (index, digit) in digits.enumerated() {
      if index > 0, (digits.count - index).isMultiple(of: 3) { text += "," }
      text.append(digit)
    }
    return text
  }

  /// A number with three digits that count, and a letter for thousands and more.
  static func short(_ number: Double) -> String {
    let steps: [(Double, String)] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")]
    for (size, letter) in steps where number >= size * 0.9995 {
      return digits(number / size) + "\u{202F}" + letter
    }
    return digits(number)
  }

  /// Three digits that count, without zeros behind the point; nothing below a thousandth.
  static func digits(_ number: Double) -> String {
    guard number.isFinite, number > 0 else { return "0" }
    let decimals = number >= 99.95 ? 0 : number >= 9.995 ? 1 : number >= 0.9995 ? 2 : 3
    let scale = [1.0, 10, 100, 1_000][decimals]
    let whole = UInt64(min((number * scale).rounded(), 1e18))
    guard decimals > 0 else { return String(whole) }
    var fraction = String(whole % UInt64(scale))
    fraction = String(repeating: "0", count: decimals - fraction.count) + fraction
    while fraction.last == "0" { fraction.removeLast() }
    let integer = String(whole / UInt64(scale))
    return fraction.isEmpty ? integer : "\(integer).\(fraction)"
  }

  /// A share of a whole, in percent.
  static func share(_ part: UInt64, of whole: UInt64) -> String {
    guard whole > 0 else { return "–" }
    if part == whole { return "100\u{202F}%" }
    let percent = Double(part) / Double(whole) * 100
    // Whatever was let through shows: nearly all is not all.
    return digits(min(percent, 99.9)) + "\u{202F}%"
  }

  /// A duration in its own unit, with three digits that count.
  static func duration(_ nanoseconds: UInt64) -> String {
    let number = Double(nanoseconds)
    let steps: [(Double, String)] = [(1e9, "s"), (1e6, "ms"), (1e3, "µs")]
    for (size, unit) in steps where number >= size * 0.9995 {
      return digits(number / size) + "\u{202F}" + unit
    }
    return "\(nanoseconds)\u{202F}ns"
  }

  /// A long time in its two largest units.
  static func age(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / Nanoseconds.perSecond
    let (minutes, hours, days) = (seconds / 60, seconds / 3_600, seconds / 86_400)
    if days > 0 { return "\(days)\u{202F}d \(hours % 24)\u{202F}h" }
    if hours > 0 { return "\(hours)\u{202F}h \(minutes % 60)\u{202F}min" }
    if minutes > 0 { return "\(minutes)\u{202F}min \(seconds % 60)\u{202F}s" }
    return "\(seconds)\u{202F}s"
  }

  /// A moment as date and time, in UTC.
  static func moment(_ wallSeconds: UInt64) -> String {
    let (year, month, day) = date(daysSince1970: wallSeconds / 86_400)
    let time = wallSeconds % 86_400
    func two(_ number: UInt64) -> String { number < 10 ? "0\(number)" : String(number) }
    return "\(year)-\(two(month))-\(two(day)) "
      + "\(two(time / 3_600)):\(two(time / 60 % 60)):\(two(time % 60)) UTC"
  }

  /// The date of a day, by the calendar's cycles of 400 years that begin on a 1st of March.
  private static func date(daysSince1970 days: UInt64) -> (UInt64, UInt64, UInt64) {
    let shifted = days + 719_468
    let (cycle, dayOfCycle) = shifted.quotientAndRemainder(dividingBy: 146_097)
    let leapDays = dayOfCycle / 1_460 + dayOfCycle / 146_096
    let yearOfCycle = (dayOfCycle - leapDays + dayOfCycle / 36_524) / 365
    let dayOfYear = dayOfCycle - (365 * yearOfCycle + yearOfCycle / 4 - yearOfCycle / 100)
    let monthFromMarch = (5 * dayOfYear + 2) / 153
    let day = dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
    let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
    return (yearOfCycle + cycle * 400 + (month <= 2 ? 1 : 0), month, day)
  }

  /// The least of 1, 2 and 5 times a power of ten that is not below `number`: where an axis ends.
  static func axisEnd(_ number: Double) -> Double {
    var step = 0.01
    while step < number, step < 1e18 {
      for factor in [2.0, 5.0, 10.0] where step * factor >= number { return step * factor }
      step *= 10
    }
    return step
  }
}
