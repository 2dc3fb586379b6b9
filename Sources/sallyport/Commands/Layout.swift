internal import Glibc

/// Lines of text that fit whoever reads them.
struct Layout: Equatable {
  /// The fewest columns that words are broken for.
  private static let fewestColumns = 40

  /// Columns of a line, `Output.columns` at most.
  var columns = Output.columns
  /// Whether there are colours.
  var hasColour = false

  /// For standard output.
  static var output: Layout {
    var size = winsize()
    let result = unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size)
    let isKnown = Output.isTerminal && result == 0 && size.ws_col > 0
    let columns = isKnown ? min(Int(size.ws_col), Output.columns) : Output.columns
    return Layout(columns: max(columns, fewestColumns), hasColour: Output.hasColour)
  }

  /// What marks words.
  var ink: Ink { Ink(isOn: hasColour) }

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
