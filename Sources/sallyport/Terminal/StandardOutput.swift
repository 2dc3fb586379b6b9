internal import Glibc

/// Standard output, as far as it is a terminal.
enum StandardOutput {
  /// Whether a person reads along.
  static var isTerminal: Bool { isatty(STDOUT_FILENO) == 1 }

  /// Columns of the terminal, from 40 to `TextLayout.columns`; nil when it is none or does not say.
  static var columns: Int? {
    var size = winsize()
    guard isTerminal, unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0
    else { return nil }
    return max(40, min(Int(size.ws_col), TextLayout.columns))
  }
}
