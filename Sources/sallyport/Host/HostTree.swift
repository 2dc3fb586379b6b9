internal import Glibc
internal import Kernel

/// The files of a host, below a folder that stands for `/`.
///
/// Everything that looks at a host does so by one of these, and takes its paths as the host has
/// them. What lies there may have any content.
struct HostTree: Sendable {
  /// The most bytes of a file that are read, unless a call says otherwise.
  static let fileBytes = 1_048_576
  /// The most names of a directory that are read.
  static let directoryNames = 65_536

  /// The folder without its last slash; empty for the host itself.
  let root: String

  /// This host.
  static let host = HostTree(root: "")

  /// Where `path` of the host lies.
  func place(_ path: String) -> String { root + path }

  /// The text of a file. What is no UTF-8 in it is replaced.
  func text(_ path: String, maximumBytes: Int = fileBytes) -> Reading<String> {
    reading(path, maximumBytes) { () throws(BoundedFile.Failure) in
      try BoundedFile.read(place(path), maximumBytes: maximumBytes)
    }
    .map { String(decoding: $0, as: UTF8.self) }
  }

  /// The lines with which a file begins, up to the first that `isWanted` does not want.
  func leadingLines(
    _ path: String,
    maximumBytes: Int,
    while isWanted: ([UInt8]) -> Bool
  ) -> Reading<[[UInt8]]> {
    reading(path, maximumBytes) { () throws(BoundedFile.Failure) in
      try BoundedFile.leadingLines(place(path), maximumBytes: maximumBytes, while: isWanted)
    }
  }

  private func reading<Value>(
    _ path: String,
    _ maximumBytes: Int,
    _ read: () throws(BoundedFile.Failure) -> Value
  ) -> Reading<Value> {
    do throws(BoundedFile.Failure) {
      return .known(try read())
    } catch {
      if case .system(let errno) = error, errno.rawValue == ENOENT || errno.rawValue == ENOTDIR {
        return .absent
      }
      return .unreadable("\(path) \(error.problem(maximumBytes: maximumBytes))")
    }
  }

  /// The numbers of a file such as those under /proc/sys: with white space between.
  func numbers(_ path: String, count: Int) -> Reading<[Int]> {
    text(path, maximumBytes: 4_096).map("\(path) has not \(count) numbers") { text in
      let numbers = text.split(whereSeparator: \.isWhitespace).map { Int($0) }
      guard numbers.count == count, !numbers.contains(nil) else { return nil }
      return numbers.compactMap { $0 }
    }
  }

  /// The number of a file such as those under /proc/sys.
  func number(_ path: String) -> Reading<Int> {
    numbers(path, count: 1).map("\(path) has no number") { $0.first }
  }

  /// The names in a directory, sorted; none when it can't be read.
  func names(in path: String) -> [String] {
    guard let directory = unsafe opendir(place(path)) else { return [] }
    defer { unsafe closedir(directory) }
    var names: [String] = []
    while names.count < Self.directoryNames, let entry = unsafe readdir(directory) {
      let name = unsafe withUnsafeBytes(of: entry.pointee.d_name) { bytes in
        unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
      }
      if name != ".", name != ".." { names.append(name) }
    }
    return names.sorted()
  }

  /// Whether something is at `path`.
  func exists(_ path: String) -> Bool { unsafe Glibc.access(place(path), F_OK) == 0 }

  /// What a symbolic link says; nil when there is none, or it may not be read.
  func link(_ path: String) -> String? {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink(place(path), &buffer, buffer.count)
    guard count > 0 else { return nil }
    return String(decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// `path` without symbolic links, as this host has it; nil when nothing is there.
  func canonical(_ path: String) -> String? {
    guard let resolved = unsafe realpath(place(path), nil) else { return nil }
    defer { unsafe free(resolved) }
    let whole = unsafe String(cString: resolved)
    guard whole.hasPrefix(canonicalRoot) else { return nil }
    let rest = String(whole.dropFirst(canonicalRoot.count))
    return rest.isEmpty ? "/" : rest
  }

  private var canonicalRoot: String {
    guard !root.isEmpty, let resolved = unsafe realpath(root, nil) else { return "" }
    defer { unsafe free(resolved) }
    return unsafe String(cString: resolved)
  }
}
