internal import Glibc

/// Marks for words that should catch the eye, or nothing where colour does not help.
struct Ink {
  /// Whether there is any.
  let isOn: Bool

  /// For standard output: on a terminal that can show colours, unless NO_COLOR is set
  /// (https://no-color.org).
  static var output: Ink {
    Ink(
      isOn: StandardOutput.isTerminal && variable("NO_COLOR").isEmpty && variable("TERM") != "dumb"
    )
  }

  private static func variable(_ name: String) -> String {
    guard let text = unsafe getenv(name) else { return "" }
    return unsafe String(cString: text)
  }

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
