internal import Filter
internal import Wire

/// How the next connection of an address would be judged, and why.
struct JudgementReport: Codable, Equatable {
  /// A verdict in the words of the journal.
  struct Verdict: Codable, Equatable {
    /// `welcome` or `refuse`.
    var verdict: String
    /// Why it is refused.
    var reason: String?
    /// The rule that decides.
    var rule: String?
  }

  /// What is counted at one level.
  struct Level: Codable, Equatable {
    /// Whose: `address`, `network`, `site`, `gate`, or an account apart at the address.
    var name: String
    /// Connections that its bucket would let through now.
    var tokensLeft: UInt32
    /// Connections that a full bucket lets through.
    var burst: UInt32
    /// Connections that have shown nothing yet.
    var halfOpen: UInt32
    /// How many there may be; nil where they are not counted.
    var halfOpenLimit: UInt32?
    /// Failures, as far as they are remembered.
    var failures: UInt32
    /// Handshakes that were asked for and not finished.
    var unfinished: UInt32
    /// Handshakes that became sessions.
    var completions: UInt32
  }

  /// A rule that the address meets before its first byte.
  struct Rule: Codable, Equatable {
    /// Its name.
    var name: String
    /// How far it is trusted.
    var mode: String
    /// What follows from it.
    var does: String
    /// Whether it has a limit, and that is used up.
    var isOver: Bool
  }

  /// What happens to its next connection.
  var verdict: Verdict
  /// What would happen were every rule enforced.
  var ifAllWereEnforced: Verdict
  /// Why no rule may refuse it; nil when one may.
  var exemption: String?
  /// In which order it is served: `known`, `fresh`, `crowded`, `failing`.
  var standing: String
  /// What made that.
  var ground: String
  /// What is counted, the narrowest level first.
  var levels: [Level]
  /// The rules that it meets.
  var rules: [Rule]
  /// The sum of the weights of enforced rules.
  var scoreEnforced: Double
  /// The sum with those that only watch.
  var scoreOfAll: Double
  /// The score that is refused; nil when none is.
  var refuseFrom: Double?
  /// Whether the score may refuse: `ignore`, `observe`, `enforce`.
  var scoreMode: String
  /// SYNs without a connection, which anybody may have sent in its name.
  var unfinishedSyns: UInt16
  /// Other ports of the router's addresses that were tried.
  var portsProbed: UInt8
  /// What would change the verdict or the standing.
  var changes: [String]
}

extension JudgementReport {
  /// The report of what a shard said.
  init(_ explanation: Explanation) {
    let view = explanation.view
    verdict = Verdict(explanation.verdict)
    ifAllWereEnforced = Verdict(explanation.watched)
    exemption = explanation.exemption.map { "\($0.word)" }
    standing = "\(view.history.standing)"
    ground = explanation.ground.words
    levels = Self.levels(view)
    rules = explanation.rules.map { rule in
      Rule(
        name: rule.name,
        mode: "\(rule.mode.word)",
        does: RuleRow.does(rule.effect),
        isOver: rule.isOver
      )
    }
    scoreEnforced = Double(explanation.score.enforced) / 1_000
    scoreOfAll = Double(explanation.score.all) / 1_000
    refuseFrom = explanation.bound.refuseFrom.map { Double($0) / 1_000 }
    scoreMode = "\(explanation.bound.mode.word)"
    unfinishedSyns = view.probes.unfinishedSyns
    portsProbed = view.probes.portsProbed
    changes = explanation.changes.map(\.words)
  }

  /// An account apart is told of when somebody is on it.
  private static func levels(_ view: SourceView) -> [Level] {
    var levels = [Level("address", view.address)]
    if view.apart.isRemembered { levels.append(Level("other stacks", view.apart)) }
    if view.shared.isRemembered { levels.append(Level("shared", view.shared)) }
    levels.append(Level("network", view.network))
    if let site = view.site { levels.append(Level("site", site)) }
    return levels + [Level("gate", view.gate)]
  }
}

extension JudgementReport.Verdict {
  fileprivate init(_ verdict: Explanation.Verdict) {
    switch verdict {
    case .welcome: self.init(verdict: "welcome")
    case .refuse(let reason, let rule):
      self.init(verdict: "\(Verdict.refuse.word)", reason: "\(reason.word)", rule: rule)
    }
  }
}

extension JudgementReport.Level {
  fileprivate init(_ name: String, _ view: LevelView) {
    self.init(
      name: name,
      tokensLeft: view.tokensLeft,
      burst: view.limit.burst,
      halfOpen: view.halfOpen,
      halfOpenLimit: view.halfOpenLimit,
      failures: view.failures,
      unfinished: view.asked,
      completions: view.completions
    )
  }
}

extension Explanation.Ground {
  fileprivate var words: String {
    switch self {
    case .completions(0): "what is known of it from before"
    case .completions(let count): "\(count) handshakes completed lately"
    case .failures(0): "what is known of it from before"
    case .failures(let count): "\(count) failures lately"
    case .unfinished(let count): "\(count) handshakes unfinished, in a network that fails"
    case .network(let failures, let unfinished):
      "its network: \(failures) failures lately, \(unfinished) handshakes unfinished"
    case .nothing: "nothing speaks against it"
    }
  }
}

extension Explanation.Change {
  fileprivate var words: String {
    switch self {
    case .token(let nanoseconds): "in \(Self.span(nanoseconds)) one more connection may come"
    case .fewerHalfOpen(let bound):
      "when fewer than \(bound) connections have shown nothing yet"
    case .noFailure(let nanoseconds):
      "after \(Self.span(nanoseconds)) without a failure none is held against it"
    case .completion: "a completed handshake makes it known, and no rule refuses who is known"
    case .allowance: "sallyport allow: no rule refuses whom people allow"
    case .rule(let name): "the rule \(name): its mode or its conditions"
    case .lowerScore(let by): "a score that is lower by \(RuleRow.weight(by))"
    }
  }

  private static func span(_ nanoseconds: UInt64) -> String {
    let seconds = nanoseconds / Nanoseconds.perSecond
    if seconds > 0 { return PlainWords.span(seconds) }
    return PlainWords.milliseconds(Double(nanoseconds) / Double(Nanoseconds.perMillisecond))
  }
}
