/// Everything that the journal is ever told.
///
/// The identifiers, priorities and field names are a contract with people's tools; what to do about
/// each kind is in the journal's catalog, `Deploy/systemd/sallyport.catalog`.
public enum JournalEvent: Equatable, Sendable {
  /// The gates are open.
  case started(version: String, shards: Int)
  /// No new connection is taken; those that are open are waited for.
  case stopping(open: UInt64)
  /// All is closed.
  case stopped
  /// Configuration and rules were read again and hold from now on.
  case reloaded(rules: Int)
  /// Configuration or rules were read again and are wrong; the old ones hold on.
  case reloadFailed(file: String, line: Int?, problem: String)
  /// The router's own files changed and were read again.
  case routerFilesChanged(file: String)
  /// The router's own files changed and can't be used; what was read before holds on.
  case routerFilesBroken(file: String, problem: String)
  /// The router takes no connection.
  case routerUnreachable(transport: String, problem: String)
  /// The router takes connections again.
  case routerBack(transport: String, awayNanoseconds: UInt64)
  /// The kernel rules that bring connections here are gone or changed.
  case firewallMissing(problem: String)
  /// The kernel rules are there again.
  case firewallRestored
  /// The process ran out of file descriptors.
  case descriptorsShort(open: UInt64, limit: UInt64)
  /// The descriptors that this process may have do not do for the bounds: these are what is left.
  case boundsLowered(strangers: UInt64, sessions: UInt64)
  /// The radar does not listen; everything else works.
  case radarUnavailable(problem: String)
  /// Nobody can ask on the admin socket; everything else works.
  case adminUnavailable(path: String, problem: String)
  /// People allowed or blocked a network.
  case personEntered(JournalPerson)
  /// People took back what they had said of a network.
  case personUndone(JournalPerson, user: UInt32)
  /// People took back everything of one origin.
  case peopleUndone(origin: String, count: Int, user: UInt32)
  /// The time of what people had said of a network is over.
  case personEnded(JournalPerson)
  /// The page is not shown; everything else works.
  case pageUnavailable(address: String, problem: String)
  /// The overload stage changed.
  case stageChanged(transport: String, from: String, to: String)
  /// What was kept over a restart can't be used; it was set aside, and the gate begins anew.
  case stateBroken(file: String, problem: String)
  /// What was kept over a restart can't be read; it stays where it is, and the gate begins anew.
  case stateUnreadable(file: String, problem: String)
  /// What is to be kept over a restart can't be written.
  case stateUnwritable(file: String, problem: String)
  /// First flights that are refused can't be kept; everything else works.
  case flightsUnwritable(problem: String)
  /// The router's netDb can't be read; everything else works.
  case netDbUnavailable(directory: String, problem: String)
  /// A gate in proxy mode shows the router its own address instead of the peers'.
  case sourcesHidden(transport: String, gate: String)
  /// How often a verdict was given for a reason since its last line.
  case verdictSum(VerdictSum)
  /// How often a rule or a signature matched since its last line.
  case ruleSum(RuleSum)
  /// Verdicts of the last interval that got no line of their own at the end.
  case verdictRest(transport: String, count: UInt64, kinds: Int)
  /// So many lines were left out to stay within the budget.
  case linesLeftOut(count: UInt64)

  /// Which kind of event this is.
  public var kind: JournalEventKind {
    switch self {
    case .started: .started
    case .stopping: .stopping
    case .stopped: .stopped
    case .reloaded: .reloaded
    case .reloadFailed: .reloadFailed
    case .routerFilesChanged: .routerFilesChanged
    case .routerFilesBroken: .routerFilesBroken
    case .routerUnreachable: .routerUnreachable
    case .routerBack: .routerBack
    case .firewallMissing: .firewallMissing
    case .firewallRestored: .firewallRestored
    case .descriptorsShort: .descriptorsShort
    case .boundsLowered: .boundsLowered
    case .radarUnavailable: .radarUnavailable
    case .adminUnavailable: .adminUnavailable
    case .personEntered: .personEntered
    case .personUndone: .personUndone
    case .peopleUndone: .peopleUndone
    case .personEnded: .personEnded
    case .pageUnavailable: .pageUnavailable
    case .stageChanged: .stageChanged
    case .stateBroken: .stateBroken
    case .stateUnreadable: .stateUnreadable
    case .stateUnwritable: .stateUnwritable
    case .flightsUnwritable: .flightsUnwritable
    case .netDbUnavailable: .netDbUnavailable
    case .sourcesHidden: .sourcesHidden
    case .verdictSum: .verdictSum
    case .ruleSum: .ruleSum
    case .verdictRest: .verdictRest
    case .linesLeftOut: .linesLeftOut
    }
  }
}

/// What people said of a network.
public struct JournalPerson: Equatable, Sendable {
  /// `allow` or `block`.
  public let wish: String
  /// The network.
  public let network: String
  /// Where it comes from.
  public let origin: String
  /// Why, in people's own words.
  public let reason: String
  /// The number of the user who said it.
  public let user: UInt32
  /// How long it lasts from its beginning.
  public let seconds: UInt64

  /// What people said.
  public init(
    wish: String,
    network: String,
    origin: String,
    reason: String,
    user: UInt32,
    seconds: UInt64
  ) {
    self.wish = wish
    self.network = network
    self.origin = origin
    self.reason = reason
    self.user = user
    self.seconds = seconds
  }
}

/// How often a verdict was given for a reason since its last line.
public struct VerdictSum: Equatable, Sendable {
  /// The gate's transport.
  public let transport: String
  /// The verdict's word.
  public let verdict: String
  /// The reason's word.
  public let reason: String
  /// How often.
  public let count: UInt64
  /// Over how long a time.
  public let intervalNanoseconds: UInt64

  /// A sum from its parts.
  public init(
    transport: String,
    verdict: String,
    reason: String,
    count: UInt64,
    intervalNanoseconds: UInt64
  ) {
    self.transport = transport
    self.verdict = verdict
    self.reason = reason
    self.count = count
    self.intervalNanoseconds = intervalNanoseconds
  }
}
