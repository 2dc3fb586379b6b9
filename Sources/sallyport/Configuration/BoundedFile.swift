internal import Glibc
internal import Kernel

/// Reads whole files of bounded size.
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

  /// The bytes of the file at `path`, at most `maximumBytes`.
  static func read(_ path: String, maximumBytes: Int) throws(Failure) -> [UInt8] {
    let opened = unsafe Glibc.open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
    guard opened >= 0 else { throw .system(.last) }
    let file = Descriptor(owning: opened)
    var status = stat()
    guard unsafe fstat(file.rawValue, &status) == 0 else { throw .system(.last) }
    guard status.st_mode & S_IFMT == S_IFREG else { throw .notRegular }
    var bytes: [UInt8] = []
    var buffer: [UInt8] = Array(repeating: 0, count: 65_536)
    while true {
      let count = unsafe Glibc.read(file.rawValue, &buffer, buffer.count)
      if count < 0, Errno.last.rawValue == EINTR { continue }
      guard count >= 0 else { throw .system(.last) }
      guard count > 0 else { return bytes }
      bytes += buffer[..<count]
      guard bytes.count <= maximumBytes else { throw .tooLong }
    }
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
