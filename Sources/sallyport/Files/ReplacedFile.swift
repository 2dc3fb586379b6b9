internal import Glibc
internal import Kernel

/// A small file that is replaced as a whole: whoever reads it finds the old content or the new one,
/// also after a crash.
struct ReplacedFile {
  /// The file.
  let path: String

  /// Replaces the file's content; readable by nobody else, unless `mode` says otherwise.
  func write(_ text: String, mode: mode_t = 0o600) throws(Errno) {
    let next = path + ".new"
    do throws(Errno) {
      try Self.fill(next, text, mode)
      _ = try Errno.check(unsafe rename(next, path))
    } catch {
      _ = unsafe unlink(next)
      throw error
    }
  }

  private static func fill(_ path: String, _ text: String, _ mode: mode_t) throws(Errno) {
    // What lies there is a remainder of ours or somebody's trap: neither is written into.
    _ = unsafe unlink(path)
    let flags = O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW
    let opened = unsafe Glibc.open(path, flags, 0o600)
    let descriptor = Descriptor(owning: try Errno.check(opened))
    _ = try Errno.check(fchmod(descriptor.rawValue, mode))
    let bytes = Array(text.utf8)
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[written...])
        return unsafe Glibc.write(descriptor.rawValue, rest.baseAddress, rest.count)
      }
      if count < 0 {
        guard Errno.last.rawValue == EINTR else { throw .last }
        continue
      }
      written += count
    }
    // Without it a crash of the machine could leave the new name with none of the content.
    _ = try Errno.check(fsync(descriptor.rawValue))
  }
}
