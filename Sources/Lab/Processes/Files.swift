import Glibc
import Kernel

/// Small files and directories of a run, and the kernel's text files under /proc.
enum Files {
  /// More than any file the lab reads (router.info is below 4 KiB); a larger one is cut.
  static let readBytesMax = 4 << 20

  /// The bytes of a file; nil when it cannot be opened or read.
  static func bytes(_ path: String) -> [UInt8]? {
    let number = unsafe open(path, O_RDONLY | O_CLOEXEC)
    guard number >= 0 else { return nil }
    let descriptor = Descriptor(owning: number)
    var content: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while content.count < readBytesMax {
      let count = unsafe Glibc.read(descriptor.rawValue, &chunk, chunk.count)
      guard count >= 0 else { return nil }
      if count == 0 { break }
      content += chunk[..<count]
    }
    return content
  }

  /// A file as text; nil when it cannot be read.
  static func text(_ path: String) -> String? {
    bytes(path).map { String(decoding: $0, as: UTF8.self) }
  }

  /// Creates or replaces a file.
  static func write(_ bytes: [UInt8], to path: String) throws(LabError) {
    let number = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard number >= 0 else { throw .lastCall("cannot write \(path)") }
    let descriptor = Descriptor(owning: number)
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(
          descriptor.rawValue,
          buffer.baseAddress.map { unsafe $0 + start },
          bytes.count - start
        )
      }
      guard count > 0 else { throw .lastCall("cannot write \(path)") }
      start += count
    }
  }

  /// Creates or replaces a text file.
  static func write(_ text: String, to path: String) throws(LabError) {
    try write(Array(text.utf8), to: path)
  }

  /// Creates a directory and what is missing above it.
  static func makeDirectory(_ path: String) throws(LabError) {
    if unsafe mkdir(path, 0o755) == 0 || errno == EEXIST { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash > path.startIndex else {
      throw .lastCall("cannot create \(path)")
    }
    try makeDirectory(String(path[..<slash]))
    guard unsafe mkdir(path, 0o755) == 0 || errno == EEXIST else {
      throw .lastCall("cannot create \(path)")
    }
  }

  /// The names in a directory without `.` and `..`; none when it cannot be read.
  static func names(in directory: String) -> [String] {
    guard let stream = unsafe opendir(directory) else { return [] }
    defer { unsafe closedir(stream) }
    var names: [String] = []
    while let entry = unsafe readdir(stream) {
      let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
        unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) {
          unsafe String(cString: $0)
        }
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names
  }

  /// Removes a file, or a directory with all it holds; symbolic links are removed, not followed.
  static func removeTree(_ path: String) {
    if unsafe unlink(path) == 0 || errno != EISDIR { return }
    for name in names(in: path) { removeTree("\(path)/\(name)") }
    unsafe rmdir(path)
  }

  /// Bytes in a file; nil when there is none.
  static func size(_ path: String) -> UInt64? {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return nil }
    return UInt64(clamping: status.st_size)
  }

  /// Whether `path` is a program that this user may start.
  static func isExecutable(_ path: String) -> Bool {
    unsafe access(path, X_OK) == 0
  }
}
