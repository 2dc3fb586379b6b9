internal import CLinux
internal import Glibc

/// A failed system call's error number.
///
/// A struct, not an enum, so that a number this program does not know survives and can be shown.
public struct Errno: Error, Equatable, Sendable, BitwiseCopyable {
  /// The kernel's number.
  public let rawValue: Int32

  /// The error with the kernel's number `rawValue`.
  @_noLocks
  public init(rawValue: Int32) {
    self.rawValue = rawValue
  }

  /// The last failed call's error on this thread.
  public static var last: Errno {
    @_noLocks get { Errno(rawValue: linux_errno()) }
  }

  /// Returns `result` unless it is negative; then throws the call's error.
  @_noLocks
  public static func check(_ result: Int32) throws(Errno) -> Int32 {
    guard result >= 0 else { throw last }
    return result
  }
}

extension Errno: CustomStringConvertible {
  /// The C library's text for the number.
  public var description: String {
    guard let text = unsafe strerror(rawValue) else { return "error \(rawValue)" }
    return unsafe String(cString: text)
  }
}
