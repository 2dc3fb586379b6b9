import Kernel

/// Why the lab cannot go on: what is wrong, where, and what to do, in one line for a person.
struct LabError: Error, Equatable, Sendable, CustomStringConvertible {
  let description: String

  init(_ description: String) {
    self.description = description
  }

  /// The error of a system call that just failed on this thread: "cannot open /x: No such file".
  static func lastCall(_ what: String) -> LabError {
    LabError("\(what): \(Errno.last)")
  }

  /// Any error as one of ours, its text kept.
  static func from(_ error: any Error) -> LabError {
    error as? LabError ?? LabError("\(error)")
  }
}
