internal import Glibc
internal import Kernel

/// Reads lines of a bounded length from a file, or from whatever standard input is.
struct LineReader: ~Copyable {
  /// What was read.
  enum Line: Equatable {
    /// A line without its end.
    case line([UInt8])
    /// A line of more bytes than the bound; it was skipped.
    case tooLong
  }

  /// The most bytes of a line that is handed on.
  static let lineBytesMaximum = 65_536
  private static let chunkBytes = 65_536

  private let descriptor: Descriptor
  private var chunk: [UInt8] = []
  private var start = 0

  /// Opens the file at `path`; `-` is standard input.
  init(path: String) throws(Errno) {
    // Standard input stays open for others: what is read and closed here is a copy.
    let opened =
      unsafe path == "-" ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY)
    descriptor = Descriptor(owning: try Errno.check(opened))
  }

  /// The next line; nil at the end.
  mutating func next() throws(Errno) -> Line? {
    var line: [UInt8] = []
    var isTooLong = false
    while try fill() {
      let rest = chunk[start...]
      let end = rest.firstIndex(of: UInt8(ascii: "\n"))
      let piece = rest[..<(end ?? rest.endIndex)]
      isTooLong = isTooLong || line.count + piece.count > Self.lineBytesMaximum
      if !isTooLong { line += piece }
      start = end.map { $0 + 1 } ?? rest.endIndex
      if end != nil { return isTooLong ? .tooLong : .line(line) }
    }
    if isTooLong { return .tooLong }
    return line.isEmpty ? nil : .line(line)
  }

  /// The next bytes, fewer at the end, whatever they are.
  mutating func bytes(_ count: Int) throws(Errno) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, try fill() {
      let piece = chunk[start...].prefix(count - bytes.count)
      bytes += piece
      start = piece.endIndex
    }
    return bytes
  }

  /// Goes over so many bytes.
  mutating func skip(_ count: UInt64) throws(Errno) {
    var left = count
    while left > 0, try fill() {
      let step = Int(min(UInt64(chunk.count - start), left))
      start += step
      left -= UInt64(step)
    }
  }

  /// Whether there are bytes to look at.
  private mutating func fill() throws(Errno) -> Bool {
    guard start == chunk.count else { return true }
    var bytes = [UInt8](repeating: 0, count: Self.chunkBytes)
    while true {
      let count = unsafe read(descriptor.rawValue, &bytes, bytes.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw .last }
      chunk = Array(bytes.prefix(count))
      start = 0
      return count > 0
    }
  }
}
