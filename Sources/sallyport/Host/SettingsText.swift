/// A text of `key = value` lines in `[section]`s, as i2pd and systemd have them.
struct SettingsText {
  /// The most lines that count.
  static let lines = 20_000

  /// One line: the section that it stands in, or an empty one.
  struct Line: Equatable {
    var section: String
    var key: String
    var value: String
  }

  /// The lines, in their order.
  let lines: [Line]

  /// Reads `text`; lines that are no setting do not count. `#` and `;` begin a comment line.
  init(_ text: String) {
    var section = ""
    var lines: [Line] = []
    for line in text.split(whereSeparator: \.isNewline).prefix(Self.lines) {
      let line = Self.trimmed(line)
      if line.isEmpty || line.hasPrefix("#") || line.hasPrefix(";") { continue }
      if line.hasPrefix("["), line.hasSuffix("]") {
        section = Self.trimmed(line.dropFirst().dropLast())
        continue
      }
      let parts = line.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      guard parts.count == 2 else { continue }
      lines.append(
        Line(section: section, key: Self.trimmed(parts[0]), value: Self.trimmed(parts[1]))
      )
    }
    self.lines = lines
  }

  /// The last value of `key` in `section`; nil when none sets it.
  func value(_ key: String, in section: String) -> String? {
    lines.last { $0.key == key && $0.section == section }?.value
  }

  private static func trimmed(_ text: some StringProtocol) -> String {
    var rest = Substring(text).drop(while: \.isWhitespace)
    while rest.last?.isWhitespace == true { rest.removeLast() }
    return String(rest)
  }
}
