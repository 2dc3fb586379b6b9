internal import Glibc

/// How text for people is laid out.
struct TextLayout {
  /// Columns where nobody says how many there are, and the most that are used.
  static let columns = 80

  /// Columns that a line may have.
  var columns = TextLayout.columns
  /// What makes words stand out.
  var ink = Ink(isOn: false)

  /// For standard output.
  static var output: TextLayout {
    TextLayout(columns: StandardOutput.columns ?? columns, ink: .output)
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
