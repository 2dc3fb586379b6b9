internal import Wire

extension JournalEvent {
  /// The sentence for people: what happened, where, and what it means for now. What to do about it
  /// is in the catalog.
  var message: String {
    switch self {
    case .started(let version, let shards):
      "Sallyport \(version) is up with \(Self.counted(UInt64(shards), "shard"))."
    case .stopping(let open):
      "Stopping: no new connections, \(Self.counted(open, "connection")) still open."
    case .stopped:
      "Stopped."
    case .reloaded(let rules):
      "Reloaded: \(Self.counted(UInt64(rules), "rule")) in force."
    case .reloadFailed(let file, let line, let problem):
      "Reload failed, the old configuration and rules stay in force: "
        + "\(Self.place(file, line)): \(problem)"
    case .routerFilesChanged(let file):
      "The router's files changed and were read again: \(file)"
    case .routerFilesBroken(let file, let problem):
      "The router's files can't be used, what was read before stays in force: \(file): \(problem)"
    case .routerUnreachable(let transport, let problem):
      "The router takes no \(transport) connections: \(problem)"
    case .routerBack(let transport, let away):
      "The router takes \(transport) connections again, after \(Self.seconds(away)) s."
    case .firewallMissing(let problem):
      "The kernel rules are not in place, peers may reach the router unguarded: \(problem)"
    case .firewallRestored:
      "The kernel rules are in place again."
    case .descriptorsShort(let open, let limit):
      "No file descriptors left: \(open) of \(limit) in use, new peers have to wait."
    case .boundsLowered(let strangers, let sessions):
      "Too few file descriptors: \(strangers) strangers and \(sessions) sessions fit."
    case .radarUnavailable(let problem):
      "The radar does not listen: \(problem)"
    case .adminUnavailable(let path, let problem):
      "Nobody can ask on the admin socket \(path): \(problem)"
    case .personEntered(let person):
      "\(person.wish) \(person.network) for \(Self.counted(person.seconds, "second")) "
        + "(\(person.origin), user \(person.user)): \(person.reason)"
    case .personUndone(let person, let user):
      "Undone by user \(user): \(person.wish) \(person.network) "
        + "(\(person.origin)): \(person.reason)"
    case .peopleUndone(let origin, let count, let user):
      "Undone by user \(user): all \(count) entries of \(origin)."
    case .personEnded(let person):
      "Ended: \(person.wish) \(person.network) (\(person.origin)): \(person.reason)"
    case .pageUnavailable(let address, let problem):
      "The page and the metrics are not shown at \(address): \(problem)"
    case .stageChanged(let transport, let from, let to):
      "\(transport): overload stage changed from \(from) to \(to)."
    case .stateBroken(let file, let problem):
      "What was kept over the restart can't be used and was set aside: \(file): \(problem)"
    case .stateUnreadable(let file, let problem):
      "What was kept over the restart can't be read: \(file): \(problem)"
    case .flightsUnwritable(let problem):
      "First flights that are refused are not kept: \(problem)"
    case .netDbUnavailable(let directory, let problem):
      "The router's netDb can't be read, who is listed there is not known: \(directory): \(problem)"
    case .stateUnwritable(let file, let problem):
      "What is to be kept over a restart can't be written: \(file): \(problem)"
    case .sourcesHidden(let transport, let gate):
      "\(transport): the gate at \(gate) is a proxy, so the router sees the gate's address: peer "
        + "tests, relaying, published addresses and sessions that move do not work behind it."
    case .verdictSum(let sum):
      "\(sum.transport): \(sum.verdict), \(sum.reason): \(sum.count) "
        + "in \(Self.seconds(sum.intervalNanoseconds)) s."
    case .ruleSum(let sum):
      "\(sum.kind.rawValue) \(sum.name): \(sum.counts.matched) matched, "
        + "\(sum.counts.refused) refused, \(sum.counts.wouldRefuse) would be refused, "
        + "\(sum.counts.known) of known peers in \(Self.seconds(sum.intervalNanoseconds)) s."
    case .verdictRest(let transport, let count, let kinds):
      "\(transport): \(Self.counted(count, "further verdict")) of \(kinds) kinds."
    case .linesLeftOut(let count):
      "\(Self.counted(count, "line")) left out."
    }
  }

  /// The fields of this event beside those that every entry has.
  var details: [JournalField] {
    namesAndValues.map { name, value in JournalField("SALLYPORT_" + name, value) }
  }

  private var namesAndValues: [(String, String)] {
    switch self {
    case .started(let version, let shards):
      [("VERSION", version), ("SHARDS", String(shards))]
    case .stopping(let open):
      [("OPEN", String(open))]
    case .stopped, .firewallRestored:
      []
    case .reloaded(let rules):
      [("RULES", String(rules))]
    case .reloadFailed(let file, let line, let problem):
      [("FILE", file), ("LINE", line.map(String.init) ?? ""), ("PROBLEM", problem)]
    case .routerFilesChanged(let file):
      [("FILE", file)]
    case .routerFilesBroken(let file, let problem):
      [("FILE", file), ("PROBLEM", problem)]
    case .routerUnreachable(let transport, let problem):
      [("TRANSPORT", transport), ("PROBLEM", problem)]
    case .routerBack(let transport, let away):
      [("TRANSPORT", transport), ("SECONDS", Self.seconds(away))]
    case .firewallMissing(let problem), .radarUnavailable(let problem),
      .flightsUnwritable(let problem):
      [("PROBLEM", problem)]
    case .descriptorsShort(let open, let limit):
      [("OPEN", String(open)), ("LIMIT", String(limit))]
    case .boundsLowered(let strangers, let sessions):
      [("STRANGERS", String(strangers)), ("SESSIONS", String(sessions))]
    case .adminUnavailable(let path, let problem):
      [("FILE", path), ("PROBLEM", problem)]
    case .personEntered(let person), .personEnded(let person):
      person.namesAndValues
    case .personUndone(let person, let user):
      person.namesAndValues + [("UNDONE_BY", String(user))]
    case .peopleUndone(let origin, let count, let user):
      [("ORIGIN", origin), ("ENTRIES", String(count)), ("UNDONE_BY", String(user))]
    case .pageUnavailable(let address, let problem):
      [("ADDRESS", address), ("PROBLEM", problem)]
    case .stageChanged(let transport, let from, let to):
      [("TRANSPORT", transport), ("STAGE_BEFORE", from), ("STAGE", to)]
    case .stateBroken(let file, let problem), .stateUnreadable(let file, let problem),
      .stateUnwritable(let file, let problem):
      [("FILE", file), ("PROBLEM", problem)]
    case .netDbUnavailable(let directory, let problem):
      [("DIRECTORY", directory), ("PROBLEM", problem)]
    case .sourcesHidden(let transport, let gate):
      [("TRANSPORT", transport), ("GATE", gate)]
    case .verdictSum(let sum):
      [
        ("TRANSPORT", sum.transport), ("VERDICT", sum.verdict), ("REASON", sum.reason),
        ("COUNT", String(sum.count)), ("SECONDS", Self.seconds(sum.intervalNanoseconds)),
      ]
    case .ruleSum(let sum):
      sum.namesAndValues + [("SECONDS", Self.seconds(sum.intervalNanoseconds))]
    case .verdictRest(let transport, let count, let kinds):
      [("TRANSPORT", transport), ("COUNT", String(count)), ("KINDS", String(kinds))]
    case .linesLeftOut(let count):
      [("LINES", String(count))]
    }
  }

  private static func counted(_ count: UInt64, _ noun: String) -> String {
    count == 1 ? "1 \(noun)" : "\(count) \(noun)s"
  }

  private static func place(_ file: String, _ line: Int?) -> String {
    line.map { "\(file):\($0)" } ?? file
  }

  private static func seconds(_ nanoseconds: UInt64) -> String {
    let tenths = nanoseconds / (Nanoseconds.perSecond / 10)
    return tenths % 10 == 0 ? String(tenths / 10) : "\(tenths / 10).\(tenths % 10)"
  }
}

extension JournalPerson {
  fileprivate var namesAndValues: [(String, String)] {
    [
      ("WISH", wish), ("NETWORK", network), ("ORIGIN", origin), ("REASON", reason),
      ("USER", String(user)), ("DURATION", String(seconds)),
    ]
  }
}

extension RuleSum {
  fileprivate var namesAndValues: [(String, String)] {
    [
      ("KIND", kind.rawValue), ("RULE", name), ("MATCHED", String(counts.matched)),
      ("REFUSED", String(counts.refused)), ("WOULD_REFUSE", String(counts.wouldRefuse)),
      ("KNOWN", String(counts.known)),
    ]
  }
}
