/// One line of `sallyport doctor`: what is so, why it matters, and what to do.
struct Finding: Equatable, Sendable, Encodable {
  /// How it stands.
  enum Level: String, CaseIterable, Sendable, Encodable {
    /// As it should be.
    case ok
    /// Works now, and may not under an attack or after a restart.
    case warn
    /// Does not work.
    case bad
    /// Could not be found out.
    case unknown
  }

  /// What was looked at.
  var check: DoctorCheck
  /// How it stands.
  var level: Level
  /// What is so.
  var what: String
  /// What follows from it; nil when all is well.
  var why: String?
  /// What to do; nil when all is well.
  var remedy: String?

  /// All is well.
  static func ok(_ check: DoctorCheck, _ what: String) -> Finding {
    Finding(check: check, level: .ok, what: what)
  }

  /// It may not work when it counts.
  static func warn(
    _ check: DoctorCheck,
    _ what: String,
    why: String,
    remedy: String
  ) -> Finding {
    Finding(check: check, level: .warn, what: what, why: why, remedy: remedy)
  }

  /// It does not work.
  static func bad(
    _ check: DoctorCheck,
    _ what: String,
    why: String,
    remedy: String
  ) -> Finding {
    Finding(check: check, level: .bad, what: what, why: why, remedy: remedy)
  }

  /// It could not be found out.
  static func unknown(_ check: DoctorCheck, _ what: String, remedy: String) -> Finding {
    Finding(check: check, level: .unknown, what: what, remedy: remedy)
  }
}

extension String {
  /// What stands before and after the first `: `; all and nothing when there is none.
  var problemAndRest: (problem: String, rest: String?) {
    let parts = split(separator: ": ", maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return (self, nil) }
    return (String(parts[0]), String(parts[1]))
  }
}
