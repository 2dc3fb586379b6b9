internal import Glibc

/// Standard output and standard error as the subcommands use them.
enum Output {
  /// Columns when nobody says how many there are.
  static let columns = 80

  /// Writes a line to standard error.
  static func complain(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { bytes in
      _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }

  /// Whether a person reads along.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Whether colour helps: on a terminal that can show it, unless NO_COLOR is set
  /// (https://no-color.org).
  static var hasColour: Bool {
    isTerminal && (variable("NO_COLOR") ?? "").isEmpty && variable("TERM") != "dumb"
  }

  private static func variable(_ name: String) -> String? {
    guard let text = unsafe getenv(name) else { return nil }
    return unsafe String(cString: text)
  }
}

/// Marks for words that should catch the eye, or nothing where colour does not help.
struct Ink {
  /// Whether there is any.
  let isOn: Bool

  /// What is wrong.
  func bad(_ text: String) -> String { wrap(text, "31") }
  /// What is as it should be.
  func good(_ text: String) -> String { wrap(text, "32") }
  /// What needs a look.
  func doubtful(_ text: String) -> String { wrap(text, "33") }
  /// What matters less.
  func faint(_ text: String) -> String { wrap(text, "2") }
  /// A heading.
  func strong(_ text: String) -> String { wrap(text, "1") }
  /// What is chosen, or a title line.
  func reversed(_ text: String) -> String { wrap(text, "7") }

  private func wrap(_ text: String, _ code: String) -> String {
    isOn ? "\u{1b}[\(code)m\(text)\u{1b}[0m" : text
  }
}
