internal import Kernel

/// What the control thread remembers of itself, for those who ask.
struct DaemonHealth {
  /// When the daemon started, in seconds since 1970.
  let startedSeconds = Clock.wallSeconds
  /// What is wrong with the router's files.
  var routerFilesProblem: String?
  /// Why the radar does not listen.
  var radarProblem: String?
  /// How the last reload went.
  var reload: StatusReport.Reload?

  /// A reload went well, or had this problem.
  mutating func noteReload(problem: String? = nil) {
    reload = StatusReport.Reload(
      seconds: Clock.wallSeconds,
      health: StatusReport.Health(problem: problem)
    )
  }
}
