internal import Filter
internal import Wire

/// What counts of the router that is guarded.
struct GuardedRouterFacts {
  /// Who takes what arrives at a gate's endpoint once it is let through.
  enum Listener: Equatable {
    /// The router.
    case router
    /// Another program, with its name or number.
    case other(String)
    /// Somebody; who can't be seen.
    case somebody
    /// Nobody.
    case nobody
    /// It can't be seen.
    case unreadable(String)
  }

  /// A gate's endpoint, and who listens there.
  struct Port: Equatable {
    var transport: Transport
    var endpoint: Endpoint
    var listener: Listener
  }

  /// A file that the gate needs, and whether its user may read it.
  struct File: Equatable {
    var path: String
    var verdict: FileAccess.Verdict
  }

  /// Its directory.
  var directory: String
  /// Which program it is; nil when its files do not tell.
  var kind: RouterKind?
  /// Why its files can't be used.
  var fault: RouterFilesFault?
  /// Whether that is so only because whoever looks may not read them.
  var isUnseen = false
  /// Its process; nil when there is none.
  var process: Int32?
  /// Processes of routers whose directory is another.
  var otherProcesses: [Int32]
  /// Each transparent gate's port.
  var ports: [Port]
  /// Descriptors that it may have open.
  var descriptorLimit: Reading<Int>
  /// Descriptors that it has open; nil when that can't be seen.
  var descriptorsOpen: Int?
  /// Sessions that the gate lets through at most.
  var sessionsMaximum: Int
  /// Who runs the gate, or would; nil when not known.
  var gateUser: HostUser?
  /// The files that the gate reads.
  var files: [File]
  /// Its database of the network.
  var networkDatabase: File
}
