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
  /// The bytes of a file that holds no secret.
  static func read(
    _ path: String,
    maximumBytes: Int
  ) throws(RouterFilesFault) -> [UInt8] {
    let descriptor = try open(path)
    // One byte more than allowed: whether it gets filled tells a file that is too large.
    var bytes = [UInt8](repeating: 0, count: maximumBytes + 1)
    let result = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe fill(buffer, from: descriptor)
    }
    let count = try bounded(result, path: path, maximumBytes: maximumBytes)
    bytes.removeLast(bytes.count - count)
    return bytes
  }

  /// The bytes of a file that holds secrets; they touch no other memory of this process.
  static func readSecret(
    _ path: String,
    maximumBytes: Int
  ) throws(RouterFilesFault) -> SecretFile {
    let descriptor = try open(path)
    let memory = SecretBytes(zeroedCount: maximumBytes + 1)
    let buffer = unsafe UnsafeMutableRawBufferPointer(start: memory.bytes, count: memory.count)
    let result = unsafe fill(buffer, from: descriptor)
    let count = try bounded(result, path: path, maximumBytes: maximumBytes)
    return SecretFile(memory: memory, count: count)
  }

  private static func open(_ path: String) throws(RouterFilesFault) -> Descriptor {
    // Without O_NONBLOCK, a pipe under this name would block the start for ever.
    let opened = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK)
    guard opened >= 0 else { throw .unreadable(file: path, Errno.last) }
    let descriptor = Descriptor(owning: opened)
    var status = stat()
    guard unsafe fstat(descriptor.rawValue, &status) == 0 else {
      throw .unreadable(file: path, Errno.last)
    }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notAFile(path) }
    return descriptor
  }

  private static func bounded(
    _ result: Result<Int, Errno>,
    path: String,
    maximumBytes: Int
  ) throws(RouterFilesFault) -> Int {
    switch result {
    case .failure(let errno): throw .unreadable(file: path, errno)
    case .success(let count):
      guard count <= maximumBytes else {
        throw .tooLarge(file: path, maximumBytes: maximumBytes)
      }
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
