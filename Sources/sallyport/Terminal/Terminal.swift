internal import Glibc

/// What text for people has to fit.
struct Terminal: Equatable, Sendable {
  /// Columns of text where nobody says how many there are.
  static let columns = 80

  /// How a word stands out.
  enum Colour: Int, Sendable {
    case red = 31
    case green = 32
    case yellow = 33
    case cyan = 36
  }

  /// Columns that a line may have, at most `Terminal.columns`.
  var columns = Terminal.columns
  /// Whether it shows colours.
  var hasColours = false

  /// What standard output leads to.
  static var output: Terminal {
    guard isatty(STDOUT_FILENO) == 1 else { return Terminal() }
    var size = winsize()
    let isKnown = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0 && size.ws_col > 0
    let refuses = unsafe getenv("NO_COLOR") != nil
    let isDumb = unsafe getenv("TERM").map { unsafe String(cString: $0) } == "dumb"
    return Terminal(
      columns: isKnown ? max(40, min(Int(size.ws_col), columns)) : columns,
      hasColours: !refuses && !isDumb
    )
  }

  /// `text` in a colour, where there are colours.
  func paint(_ text: String, _ colour: Colour) -> String {
    hasColours ? "\u{1B}[\(colour.rawValue)m\(text)\u{1B}[0m" : text
  }

  /// `text` as lines that fit, the first after `lead` and the others after as many blanks. Words
  /// that are too long for a line, such as paths, stay whole.
  func wrap(_ text: String, lead: String, indent: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ") {
      if line.isEmpty {
        line = String(word)
      } else if indent + line.count + 1 + word.count <= columns {
        line += " " + word
      } else {
        lines.append(line)
        line = String(word)
      }
    }
    lines.append(line)
    let blanks = String(repeating: " ", count: indent)
    return lines.enumerated().map { ($0.offset == 0 ? lead : blanks) + $0.element }
  }
}
