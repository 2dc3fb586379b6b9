internal import Glibc

/// Standard error, where words go that are no result.
enum StandardError {
  /// Writes `line`.
  static func say(_ line: String) {
    var text = line + "\n"
    text.withUTF8 { bytes in
      _ = unsafe write(STDERR_FILENO, bytes.baseAddress, bytes.count)
    }
  }
}
