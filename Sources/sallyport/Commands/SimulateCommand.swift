internal import ArgumentParser
internal import Capture
internal import Filter
internal import Wire

/// `sallyport simulate`: what the gate would have done with the traffic of a capture, or did with
/// that of a journal.
struct SimulateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "simulate",
    abstract: "Run a capture through the gate: who would have been refused, and by what.",
    discussion: """
      The capture (pcap or pcapng) holds traffic of the guarded ports, packets whole, e.g. from
      tcpdump -i eth0 -w FILE 'tcp port 17654', or first flights that [refused-flights] has kept.
      Its own clock counts. Of several captures each is judged by itself, by a gate that has just
      started. Nothing is changed by this.

      A recorded day of the journal does as well: journalctl -u sallyport -o json --since yesterday
      > FILE. It tells how many were refused and would have been, by which rule, and how many of
      them were known peers, by the rules that stood then. What others would have said it cannot
      tell, and they are named.
      """
  )

  /// What `--json` shows.
  private struct Report: Encodable {
    var capture: CaptureReplay.Counts
    var connections: Int
    var verdicts: [RehearsalReport.Line]
    /// What the first packets of connections looked like.
    var senders: [Count]
    /// What the SYNs that nobody followed up looked like.
    var knocks: [Count]
    /// Sources that tried several ports beside the guarded ones.
    var scanners: Int
    var rules: [RehearsalReport.Rule]
    /// Refused, though the address had completed a handshake before.
    var refusedKnown: Int
    /// Refused, though the router of the capture took the handshake.
    var refusedSessions: Int
    /// Not refused, and would have been, were every rule enforced.
    var watched: Int
    /// Of those, connections that the router of the capture took.
    var watchedSessions: Int
    /// Whether there was more in the capture, behind the most connections that are judged.
    var isCutShort: Bool
    /// Rules that ask for what no capture tells.
    var cannotTell: [String]
    var each: [RehearsalReport.Connection]?
  }

  /// How often something was seen.
  private struct Count: Encodable {
    var name: String
    var count: Int
  }

  /// Refused sessions that are shown one by one.
  private static let examplesMaximum = 20

  @Argument(
    help: "The journal, or the captures: several are shown one by one, in JSON as an array.",
    completion: .file()
  )
  var files: [String]

  @Flag(help: "The file is a journal, from journalctl -o json or -o export; - is standard input.")
  var journal = false

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Try the rules of this directory instead of the configured ones.")
  var rules: String?

  @Flag(help: "As if everything that only watches acted: rules, signatures and the score.")
  var enforce = false

  @Flag(help: "List every connection.")
  var each = false

  func run() throws {
    let outcomes: [Simulation.Outcome]
    do {
      let setup = try GateSetup.read(path: source.path)
      let chosen = try otherRules(setup) ?? setup.rules
      if let file = files.first(where: { journal || JournalExport.isThere($0) }) {
        guard files.count == 1 else {
          throw ValidationError("\(file) is a journal, which is read alone: name no other file.")
        }
        return try show(JournalAnswer(try JournalDay.read(file), chosen))
      }
      let tried = enforce ? try enforced(chosen) : chosen
      outcomes = try Simulation.run(files, setup: setup, rules: tried)
    } catch let fault as JournalFault {
      print(fault)
      throw ExitCode(1)
    } catch let report as FaultReport {
      for fault in report.faults { print(fault) }
      throw ExitCode(1)
    } catch let fault as CaptureFault {
      print(fault)
      throw ExitCode(1)
    }
    if output.json {
      let reports = outcomes.map(report)
      if let only = reports.first, reports.count == 1 {
        print(try JSONText.encode(only))
      } else {
        print(try JSONText.encode(reports))
      }
    } else {
      for (file, outcome) in zip(files, outcomes) {
        if files.count > 1 { print("\(file):") }
        show(outcome)
      }
    }
  }

  private func show(_ answer: JournalAnswer) throws {
    if output.json {
      print(try JSONText.encode(answer))
    } else {
      for line in answer.text { print(line) }
    }
  }

  private func otherRules(_ setup: borrowing GateSetup) throws(FaultReport) -> LoadedRules? {
    guard let rules else { return nil }
    let origin = Fault(file: rules, line: 1, problem: "", remedy: "")
    return try RuleFiles.load(directory: rules, origin: origin)
  }

  private func enforced(_ chosen: LoadedRules) throws(FaultReport) -> LoadedRules {
    do throws(RuleProgramFault) {
      return try chosen.enforced()
    } catch {
      let origin = Fault(file: source.path, line: 1, problem: "", remedy: "")
      throw FaultReport(faults: [error.fault(in: chosen, origin: origin)])
    }
  }

  private func report(_ outcome: Simulation.Outcome) -> Report {
    let refused = outcome.report.refused
    let watched = outcome.report.watched
    return Report(
      capture: outcome.counts,
      connections: outcome.report.connections.count,
      verdicts: outcome.report.lines,
      senders: Self.senders(outcome.report),
      knocks: Self.sorted(outcome.knocks),
      scanners: outcome.scanners,
      rules: outcome.report.rules.filter { $0.refused + $0.observed > 0 },
      refusedKnown: refused.count(where: \.isKnown),
      refusedSessions: refused.count(where: \.becameSession),
      watched: watched.count,
      watchedSessions: watched.count(where: \.becameSession),
      isCutShort: outcome.isCutShort,
      cannotTell: outcome.cannotTell,
      each: each ? outcome.report.connections : nil
    )
  }

  private static func senders(_ report: RehearsalReport) -> [Count] {
    var counts: [String: Int] = [:]
    for connection in report.connections { counts[connection.sender, default: 0] += 1 }
    return sorted(counts)
  }

  private static func sorted(_ counts: [String: Int]) -> [Count] {
    counts.map { Count(name: $0.key, count: $0.value) }
      .sorted { ($1.count, $0.name) < ($0.count, $1.name) }
  }

  private static func text(_ counts: [Count]) -> String {
    let text = counts.map { "\($0.name) \($0.count)" }.joined(separator: ", ")
    return text.isEmpty ? "nobody" : text
  }

  private func show(_ outcome: Simulation.Outcome) {
    let counts = outcome.counts
    let report = report(outcome)
    print(
      """
      \(counts.packets) packets, \(report.connections) connections, \
      \(counts.unfinished) SYNs never followed up, \(counts.datagrams) datagrams (not judged)
      """
    )
    for line in Self.gaps(outcome) { print(line) }
    for line in report.verdicts {
      print("  \(Self.padded(line.verdict, 10)) \(Self.padded(line.reason, 24)) \(line.count)")
    }
    print("Senders look like: \(Self.text(report.senders))")
    print("Knocks without a connection look like: \(Self.text(report.knocks))")
    print("Sources that tried other ports as well: \(report.scanners)")
    for rule in report.rules {
      print(
        "Rule \(rule.name): \(rule.refused) refused, \(rule.observed) observed "
          + "(\(rule.wouldRefuse) would be refused), \(rule.sessions) of them peers of the router"
      )
    }
    print(
      "Refused wrongly: \(report.refusedSessions) whom the router took, "
        + "\(report.refusedKnown) known before"
    )
    print(
      "If every rule were enforced: \(report.watched) more refused, "
        + "\(report.watchedSessions) of them wrongly"
    )
    let wrong = outcome.report.refused.filter(\.becameSession).prefix(Self.examplesMaximum)
    for connection in wrong {
      print("  \(connection.peer) \(connection.reason ?? "") \(connection.rule ?? "")")
    }
    if each { showEach(outcome.report) }
  }

  /// What of the capture was not judged, or not as the gate would have.
  private static func gaps(_ outcome: Simulation.Outcome) -> [String] {
    let counts = outcome.counts
    var lines: [String] = []
    if counts.cut > 0 {
      lines.append(
        "\(counts.cut) segments were cut by the capture: record whole packets (tcpdump -s 0)"
      )
    }
    if counts.overBound > 0 {
      lines.append(
        "\(counts.overBound) connections were left out: more than "
          + "\(CaptureReplay.connectionsMaximum) were open at once"
      )
    }
    if outcome.isCutShort {
      lines.append(
        "Read no further than \(RehearsalReport.connectionsMaximum) connections: split the capture"
      )
    }
    if !outcome.cannotTell.isEmpty {
      let names = outcome.cannotTell.joined(separator: ", ")
      lines.append("Cannot be told from a capture, which has no netDb: \(names)")
    }
    return lines
  }

  private func showEach(_ report: RehearsalReport) {
    for connection in report.connections {
      let verdict = "\(connection.verdict ?? "undecided") \(connection.reason ?? "")"
      let peer = Self.padded(connection.peer, 24)
      print("\(peer) \(Self.padded(verdict, 28)) \(connection.sender)")
    }
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }
}
