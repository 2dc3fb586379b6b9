internal import Glibc

/// Whole small files, as the lab's routers keep them.
enum SmallFile {
  /// At most `bytesMaximum` bytes of the file at `path`; nil when it cannot be read or is longer.
  static func read(_ path: String, bytesMaximum: Int) -> [UInt8]? {
    guard let file = unsafe fopen(path, "rb") else { return nil }
    defer { unsafe fclose(file) }
    var bytes = [UInt8](repeating: 0, count: bytesMaximum + 1)
    let count = unsafe fread(&bytes, 1, bytes.count, file)
    return count <= bytesMaximum ? [UInt8](bytes.prefix(count)) : nil
  }

  /// Writes `bytes` as the file at `path`; whether all of them are there.
  static func write(_ bytes: [UInt8], to path: String) -> Outcome {
    guard let file = unsafe fopen(path, "wb") else { return .failed }
    let written = unsafe fwrite(bytes, 1, bytes.count, file)
    let closed = unsafe fclose(file)
    return written == bytes.count && closed == 0 ? .written : .failed
  }

  /// How a write ended.
  enum Outcome {
    /// All bytes are there.
    case written
    /// The path cannot be written, or the disk is full.
    case failed
  }
}
