public import Wire

/// All that the page, the metrics and the health check show: one value, made by the control thread
/// about once a second and read by whoever asks. No peer's address is in it.
public struct Report: Sendable {
  /// The program's version.
  public var version: String
  /// The words of the counters.
  public var names: CounterNames
  /// When this was made.
  public var madeAt: Instant
  /// When this was made, in seconds since 1970.
  public var wallSeconds: UInt64
  /// How long the process runs.
  public var uptimeNanoseconds: UInt64
  /// The gates, one entry a transport.
  public var gates: [GateReport]
  /// How often each signature and rule in force matched.
  public var matches: [RuleMatches]
  /// The table of what is known of sources.
  public var standing: Fill
  /// What people said of networks.
  public var people: Fill
  /// The kernel rules that divert peers; nil when no gate needs any.
  public var kernelRules: KernelRulesReport?
  /// What reloads came to.
  public var reloads: ReloadReport
  /// The loops that carry the traffic.
  public var loops: LoopReport
  /// Journal lines that were left out so far.
  public var journalLinesLeftOut: UInt64
  /// What the process uses.
  public var process: ProcessReport

  /// A report of a process that has done nothing yet.
  public init(version: String, names: CounterNames, madeAt: Instant, wallSeconds: UInt64) {
    self.version = version
    self.names = names
    self.madeAt = madeAt
    self.wallSeconds = wallSeconds
    uptimeNanoseconds = 0
    gates = []
    matches = []
    standing = Fill()
    people = Fill()
    reloads = ReloadReport()
    loops = LoopReport()
    journalLinesLeftOut = 0
    process = ProcessReport()
  }
}

/// The gates of one transport, together.
public struct GateReport: Sendable {
  /// Which numbers, under which word.
  public var metrics: GateMetrics
  /// What they did lately.
  public var history: History
  /// The ports that are guarded.
  public var doors: [Door]
  /// What they take from peers.
  public var traffic: Traffic
  /// How much of what is bounded there is room for.
  public var limits: [Limit]
  /// Whether the router is there for what they hand over.
  public var router: RouterReport

  /// What gates take from peers.
  public enum Traffic: Equatable, Sendable {
    /// Connections.
    case connections
    /// Datagrams, some of them as a proxy with flows of its own.
    case datagrams(hasFlows: Bool)
  }

  /// How much of something there is room for.
  public struct Limit: Equatable, Sendable {
    /// Of what.
    public var gauge: Gauge
    /// How much.
    public var most: UInt64

    /// So much of `gauge`.
    public init(_ gauge: Gauge, _ most: UInt64) {
      self.gauge = gauge
      self.most = most
    }
  }

  /// A port that is guarded.
  public struct Door: Equatable, Sendable {
    /// The address and port that the router publishes.
    public var endpoint: String
    /// How peers reach the router.
    public var mode: String
    /// What new peers meet while the gate is away.
    public var whenDown: String

    /// A port as people read it.
    public init(endpoint: String, mode: String, whenDown: String) {
      self.endpoint = endpoint
      self.mode = mode
      self.whenDown = whenDown
    }
  }

  /// The gates whose numbers are `metrics`.
  public init(
    metrics: GateMetrics,
    history: History,
    doors: [Door],
    traffic: Traffic,
    limits: [Limit],
    router: RouterReport
  ) {
    self.metrics = metrics
    self.history = history
    self.doors = doors
    self.traffic = traffic
    self.limits = limits
    self.router = router
  }
}

/// How full something bounded is.
public struct Fill: Equatable, Sendable {
  /// What is in it.
  public var entries: UInt64
  /// What it has room for.
  public var limit: UInt64

  /// So much of so much.
  public init(entries: UInt64 = 0, limit: UInt64 = 0) {
    self.entries = entries
    self.limit = limit
  }
}

/// How the kernel rules stand.
public enum KernelRulesReport: Equatable, Sendable {
  /// All in place.
  case inPlace
  /// Something is missing: what, and the remedy.
  case missing(String)
}

/// What reloads came to.
public struct ReloadReport: Equatable, Sendable {
  /// Reloads that took effect.
  public var succeeded: UInt64 = 0
  /// Reloads that changed nothing, since something was wrong.
  public var failed: UInt64 = 0
  /// When what is in force was read, in seconds since 1970.
  public var inForceSinceWallSeconds: UInt64 = 0
  /// What was wrong with the last one; nil when it took effect.
  public var lastProblem: String?

  /// No reload so far: what was read at the start holds.
  public init(inForceSinceWallSeconds wallSeconds: UInt64 = 0) {
    inForceSinceWallSeconds = wallSeconds
  }

  /// A reload took effect, or had this problem.
  public mutating func note(problem: String?, wallSeconds: UInt64) {
    lastProblem = problem
    guard problem == nil else { return failed += 1 }
    succeeded += 1
    inForceSinceWallSeconds = wallSeconds
  }
}

/// The loops that carry the traffic.
public struct LoopReport: Equatable, Sendable {
  /// How many there are.
  public var count = 0
  /// How many of them have not turned for longer than they ever wait.
  public var stalled = 0

  /// No loops.
  public init() {}
}

/// What the process uses.
public struct ProcessReport: Equatable, Sendable {
  /// When it began, in seconds since 1970.
  public var startedWallSeconds: UInt64 = 0
  /// Processor time of all its threads.
  public var cpuNanoseconds: UInt64 = 0
  /// Memory that it has in use; 0 when that is not known.
  public var residentBytes: UInt64 = 0
  /// File descriptors that it may have.
  public var descriptorLimit: UInt64 = 0

  /// A process that nobody has looked at.
  public init() {}
}
