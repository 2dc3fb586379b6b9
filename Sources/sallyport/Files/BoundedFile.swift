internal import Filter
internal import Glibc
internal import Kernel

/// A file's bytes in guarded memory, of which the first `count` were read.
struct SecretFile: ~Copyable {
  /// The memory, one byte larger than the file may be.
  let memory: SecretBytes
  /// Bytes of the file.
  let count: Int
}

/// Reads whole files of a size that is known not to be large.
enum BoundedFile {
  /// Why a file was not read.
  enum Failure: Error, Equatable, Sendable {
    /// The system refused.
    case system(Errno)
    /// A directory, a device or a pipe.
    case notRegular
    /// More bytes than the bound.
    case tooLong
  }

  /// Room for one value of the kernel.
  private static let leastBytes = 4_096
  /// What is read at once of a file that may be left before its end.
  private static let chunkBytes = 16_384
  private static let lineFeed = UInt8(ascii: "\n")

  /// The bytes of a file that holds no secret.
  static func read(
    _ path: String,
    maximumBytes: Int
  ) throws(Failure) -> [UInt8] {
    let descriptor = try open(path)
    // One byte more than allowed: whether it gets filled tells a file that is too large. Begun
    // with what the file has now, since the bound of some files is far above what they hold. Files
    // of the kernel say that they have nothing, and some give all or nothing to the first read.
    let size = min(maximumBytes, max(leastBytes, length(of: descriptor)))
    var bytes = [UInt8](repeating: 0, count: size + 1)
    var filled = 0
    while true {
      let result = unsafe bytes.withUnsafeMutableBytes { buffer in
        unsafe fill(UnsafeMutableRawBufferPointer(rebasing: buffer[filled...]), from: descriptor)
      }
      filled = try bounded(result.map { filled + $0 }, maximumBytes: maximumBytes)
      guard filled == bytes.count else { break }
      let room = min(maximumBytes + 1, bytes.count * 2) - bytes.count
      bytes += Array(repeating: 0, count: room)
    }
    bytes.removeLast(bytes.count - filled)
    return bytes
  }

  /// The lines with which a file begins, up to the first that `isWanted` does not want: the rest of
  /// a long table of the kernel is not even made then.
  static func leadingLines(
    _ path: String,
    maximumBytes: Int,
    while isWanted: ([UInt8]) -> Bool
  ) throws(Failure) -> [[UInt8]] {
    let descriptor = try open(path)
    var lines: [[UInt8]] = []
    var line: [UInt8] = []
    var count = 0
    while true {
      let chunk = try self.chunk(of: descriptor)
      count = try bounded(.success(count + chunk.count), maximumBytes: maximumBytes)
      var unread = chunk[...]
      while let end = unread.firstIndex(of: lineFeed) {
        line += unread[..<end]
        guard isWanted(line) else { return lines }
        lines.append(line)
        line = []
        unread = unread[(end + 1)...]
      }
      line += unread
      guard chunk.isEmpty else { continue }
      return line.isEmpty || !isWanted(line) ? lines : lines + [line]
    }
  }

  /// The next bytes; none at the end.
  private static func chunk(of descriptor: borrowing Descriptor) throws(Failure) -> [UInt8] {
    var bytes = [UInt8](repeating: 0, count: chunkBytes)
    let result = unsafe bytes.withUnsafeMutableBytes { unsafe fill($0, from: descriptor) }
    let count = try bounded(result, maximumBytes: chunkBytes)
    return Array(bytes.prefix(count))
  }

  /// The bytes of a file that holds secrets; they touch no other memory of this process.
  static func readSecret(
    _ path: String,
    maximumBytes: Int
  ) throws(Failure) -> SecretFile {
    let descriptor = try open(path)
    let memory = SecretBytes(zeroedCount: maximumBytes + 1)
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: memory.bytes, count: memory.count)
    let result = unsafe fill(buffer, from: descriptor)
    let count = try bounded(result, maximumBytes: maximumBytes)
    return SecretFile(memory: memory, count: count)
  }

  private static func open(_ path: String) throws(Failure) -> Descriptor {
    // Without O_NONBLOCK, a pipe under this name would block the start for ever.
    let opened = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard opened >= 0 else { throw .system(.last) }
    let descriptor = Descriptor(owning: opened)
    var status = stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      throw .system(.last)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    return descriptor
  }

  /// What the system says that the file holds, in bytes.
  private static func length(of descriptor: borrowing Descriptor) -> Int {
    var status = stat()
    return unsafe fstat(descriptor.rawValue, &status) == 0 ? Int(status.st_size) : 0
  }

  private static func bounded(
    _ result: Result<Int, Errno>,
    maximumBytes: Int
  ) throws(Failure) -> Int {
    switch result {
    case .failure(let errno): throw .system(errno)
    case .success(let count):
      guard count <= maximumBytes else { throw .tooLong }
      return count
    }
  }

  private static func fill(
    _ buffer: UnsafeMutableRawBufferPointer,
    from descriptor: borrowing Descriptor
  ) -> Result<Int, Errno> {
    var filled = 0
    while filled < buffer.count {
      let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[filled...])
      let count = unsafe Glibc.read(descriptor.rawValue, rest.baseAddress, rest.count)
      if count == 0 { break }
      if count > 0 {
        filled += count
      } else if Errno.last.rawValue != EINTR {
        return .failure(Errno.last)
      }
    }
    return .success(filled)
  }
}

extension BoundedFile.Failure {
  /// What is wrong with a file of at most `maximumBytes`, for people.
  func problem(maximumBytes: Int) -> String {
    switch self {
    case .system(let error): "cannot be read: \(error)"
    case .notRegular: "is not a regular file"
    case .tooLong: "is longer than \(maximumBytes) bytes"
    }
  }

  /// What to do about it, for people.
  var remedy: String {
    switch self {
    case .system: "check the path and its permissions"
    case .notRegular: "name a file"
    case .tooLong: "make it shorter"
    }
  }
}
