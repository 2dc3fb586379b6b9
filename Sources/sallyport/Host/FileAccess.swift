internal import Glibc
internal import Kernel

/// Whether a user may do something with a file, judged by owners and modes.
enum FileAccess {
  /// What is wanted: the bits of one of a mode's three digits.
  enum Wish: UInt32 {
    case read = 4
    case write = 2
    case enter = 1
  }

  /// What came of it.
  enum Verdict: Equatable {
    /// The user may.
    case allowed
    /// The user may not, because of the file or directory at this path.
    case refused(at: String)
    /// There is nothing at this path.
    case absent(String)
    /// Whoever looks may not see what is at this path.
    case unseen(String)
  }

  /// Owner, group and mode of a file.
  struct Owners: Equatable {
    var user: UInt32
    var group: UInt32
    /// The permission bits.
    var mode: UInt32

    /// Whether `someone` may do what is wished. A mode's digits do not add up: the first that fits
    /// decides.
    func allow(_ wish: Wish, to someone: HostUser) -> Bool {
      if someone.isRoot { return true }
      let digit =
        if someone.number == user { mode >> 6 } else if someone.groups.contains(group) {
          mode >> 3
        } else { mode }
      return digit & wish.rawValue != 0
    }
  }
}

extension HostTree {
  /// Owners and mode of what is at `path`.
  func owners(_ path: String) -> Reading<FileAccess.Owners> {
    var status = stat()
    guard unsafe stat(place(path), &status) == 0 else {
      let errno = Errno.last
      let isAbsent = errno.rawValue == ENOENT || errno.rawValue == ENOTDIR
      return isAbsent ? .absent : .unreadable("\(path): \(errno)")
    }
    return .known(
      FileAccess.Owners(
        user: status.st_uid,
        group: status.st_gid,
        mode: status.st_mode & 0o777
      )
    )
  }

  /// Whether `user` may do what is wished with the file at `path`, and pass all that lies above.
  func access(_ path: String, _ wish: FileAccess.Wish, by user: HostUser) -> FileAccess.Verdict {
    let path = canonical(path) ?? path
    var folder = ""
    for part in path.split(separator: "/").dropLast() {
      folder += "/" + part
      let verdict = accessAlone(folder, .enter, by: user)
      guard verdict == .allowed else { return verdict }
    }
    return accessAlone(path, wish, by: user)
  }

  private func accessAlone(
    _ path: String,
    _ wish: FileAccess.Wish,
    by user: HostUser
  ) -> FileAccess.Verdict {
    switch owners(path) {
    case .known(let owners): owners.allow(wish, to: user) ? .allowed : .refused(at: path)
    case .absent: .absent(path)
    case .unreadable: .unseen(path)
    }
  }
}
