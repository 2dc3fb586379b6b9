import Telemetry
import Wire

/// One event of every kind, for tests that go through all of them.
enum JournalEventSamples {
  static let sum = VerdictSum(
    transport: "ntcp2",
    verdict: "refuse",
    reason: "silent",
    count: 1234,
    intervalNanoseconds: 60 * Nanoseconds.perSecond
  )

  static let ruleSum = RuleSum(
    kind: .rule,
    name: "scanner-syn",
    counts: MatchCounts(matched: 52, refused: 0, wouldRefuse: 50, known: 2),
    intervalNanoseconds: 60 * Nanoseconds.perSecond
  )

  static let person = JournalPerson(
    wish: "block",
    network: "203.0.113.0/24",
    origin: "abuse-desk",
    reason: "floods since noon",
    user: 0,
    seconds: 7_200
  )

  static let all: [JournalEvent] = [
    .started(version: "0.1", shards: 2),
    .stopping(open: 1),
    .stopped,
    .reloaded(rules: 12),
    .reloadFailed(file: "/etc/sallyport/sallyport.toml", line: 7, problem: "no such transport"),
    .routerFilesChanged(file: "/var/lib/i2pd/router.info"),
    .routerFilesBroken(file: "/var/lib/i2pd/ntcp2.keys", problem: "80 bytes expected, 12 found"),
    .routerUnreachable(transport: "ntcp2", problem: "Connection refused"),
    .routerBack(transport: "ntcp2", awayNanoseconds: 1_550_000_000),
    .firewallMissing(problem: "table inet sallyport is gone"),
    .firewallRestored,
    .descriptorsShort(open: 1020, limit: 1024),
    .boundsLowered(strangers: 6240, sessions: 6240),
    .radarUnavailable(problem: "capturing is not permitted"),
    .adminUnavailable(path: "/run/sallyport/admin.sock", problem: "its directory is missing"),
    .personEntered(person),
    .personUndone(person, user: 1000),
    .peopleUndone(origin: "abuse-desk", count: 12, user: 0),
    .personEnded(person),
    .pageUnavailable(address: "127.0.0.1:9477", problem: "Address already in use"),
    .stageChanged(transport: "ntcp2", from: "calm", to: "busy"),
    .stateBroken(file: "/var/lib/sallyport/state.sqlite", problem: "file is not a database"),
    .stateUnreadable(file: "/var/lib/sallyport/state.sqlite", problem: "disk I/O error"),
    .flightsUnwritable(problem: "/f/refused-0.pcap can't be written: Permission denied"),
    .netDbUnavailable(directory: "/var/lib/i2pd/netDb", problem: "Permission denied"),
    .stateUnwritable(
      file: "/var/lib/sallyport/state.sqlite",
      problem: "No space left on device"
    ),
    .sourcesHidden(transport: "ssu2", gate: "203.0.113.7:17654"),
    .verdictSum(sum),
    .ruleSum(ruleSum),
    .verdictRest(transport: "ntcp2", count: 99, kinds: 3),
    .linesLeftOut(count: 4711),
  ]
}
