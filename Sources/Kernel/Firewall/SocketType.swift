internal import Glibc

/// Socket types as plain numbers: the C library shows them to Swift as an enumeration.
enum SocketType {
  /// `SOCK_RAW`.
  static let raw: Int32 = 3
  /// `SOCK_CLOEXEC`: not handed down to other programs.
  static let closeOnExec: Int32 = 0o2_000_000
}
