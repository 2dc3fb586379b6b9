/// How a gate is, at a glance.
struct StatusReport: Codable, Equatable {
  /// The version that runs.
  var version: String
  /// Its process.
  var pid: Int32
  /// When it started, in seconds since 1970.
  var startedSeconds: UInt64
  /// When this was told.
  var nowSeconds: UInt64
  /// Its configuration file.
  var configuration: String
  /// Whether it was told to stop and waits for its sessions.
  var isStopping: Bool
  /// What it guards.
  var router: Router
  /// The ports that it guards.
  var gates: [Gate]
  /// Its numbers.
  var transports: [TransportStatus]
  /// How the rules in the kernel are; absent where no gate needs any.
  var kernelRules: Health?
  /// Whether it hears SYNs that never become connections; absent when that is switched off.
  var radar: Health?
  /// How the last reload went; absent when there was none.
  var reload: Reload?
  /// Networks that people blocked.
  var blocks: Int
  /// Networks that people allowed.
  var allows: Int
  /// How full the tables are that belong to no transport.
  var tables: [TableFill]

  /// The router, and its files.
  struct Router: Codable, Equatable {
    /// `i2pd` or `java`.
    var kind: String
    /// Its directory.
    var directory: String
    /// Whether its files are good.
    var files: Health
  }

  /// A guarded port.
  struct Gate: Codable, Equatable {
    /// What is spoken there.
    var transport: String
    /// `transparent` or `proxy`.
    var mode: String
    /// The address and port.
    var address: String
  }

  /// Whether something is as it should be.
  struct Health: Codable, Equatable {
    /// Whether it is.
    var ok: Bool
    /// What is wrong, and the remedy.
    var problem: String?

    /// Something with this problem, or without any.
    init(problem: String? = nil) {
      ok = problem == nil
      self.problem = problem
    }
  }

  /// How a reload went.
  struct Reload: Codable, Equatable {
    /// When it was, in seconds since 1970.
    var seconds: UInt64
    /// What was wrong.
    var health: Health
  }
}

/// How full a bounded table is.
struct TableFill: Codable, Equatable {
  /// Its name: that of its metric, without the program's.
  var table: String
  /// What is in it.
  var entries: UInt64
  /// What it has room for.
  var limit: UInt64

  /// So many entries of so many in this table.
  init(_ table: String, entries: UInt64, limit: UInt64) {
    self.table = table
    self.entries = entries
    self.limit = limit
  }

  /// How much of it is taken, in whole percent.
  var percent: UInt64 { limit == 0 ? 0 : UInt64(Double(entries) / Double(limit) * 100) }
}

/// The numbers of all gates of one transport.
struct TransportStatus: Codable, Equatable {
  /// What is spoken.
  var transport: String
  /// Over how many seconds `recent` numbers go: a minute, or less after a start.
  var recentSeconds: UInt64
  /// Connections or datagrams that came lately.
  var recentArrived: UInt64
  /// All that came.
  var arrived: UInt64
  /// Verdicts, the most frequent lately first.
  var verdicts: [VerdictCount]
  /// Strangers held.
  var held: UInt64
  /// Connections that were let through.
  var open: UInt64
  /// Handshakes under way at the router.
  var handshakesInFlight: UInt64
  /// Connections on which data flows.
  var sessions: UInt64
  /// Flows of datagrams that the gate carries itself.
  var flows: UInt64
  /// Endpoints that have proven themselves.
  var provenEndpoints: UInt64
  /// How hard strangers press.
  var stage: String
  /// How fast the router answered lately; absent when it had nothing to answer.
  var routerAnswer: Timing?
  /// Whether the router is there.
  var router: Presence
  /// How full its tables are.
  var tables: [TableFill]

  /// Whether the router is there.
  struct Presence: Codable, Equatable {
    /// `up`, `away` or `unknown`.
    var state: String
    /// For how long it is away.
    var awaySeconds: UInt64?
    /// Whether somebody listens at its port; absent when that does not show.
    var listening: Bool?
    /// How long ago it last answered a stranger; absent when it has not yet.
    var answeredSecondsAgo: UInt64?
  }

  /// How often a verdict was given.
  struct VerdictCount: Codable, Equatable {
    /// The verdict.
    var verdict: String
    /// The reason.
    var reason: String
    /// How often lately.
    var recent: UInt64
    /// How often in all.
    var total: UInt64
  }

  /// How long something took, to a factor of two.
  struct Timing: Codable, Equatable {
    /// How often it was measured.
    var count: UInt64
    /// Half of them took no longer.
    var medianMilliseconds: Double
    /// 99 of 100 took no longer; absent when that is beyond what is measured.
    var slowMilliseconds: Double?
  }
}
