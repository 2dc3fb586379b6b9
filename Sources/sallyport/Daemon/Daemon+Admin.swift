internal import Filter
internal import Glibc
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// What the control thread answers on the admin socket.
extension Daemon {
  /// Answers whoever asks, as far as it goes without waiting.
  mutating func serveAdmin() {
    guard var server = admin.take() else { return }
    server.serve(now) { request, peer in answer(request, by: peer) }
    admin = consume server
  }

  private mutating func answer(_ request: AdminRequest, by peer: LocalPeer) -> AdminAnswer {
    do throws(AdminRefusal) {
      return try reply(to: request, by: peer)
    } catch {
      return .refuse(error.kind, error.message)
    }
  }

  private mutating func reply(
    to request: AdminRequest,
    by peer: LocalPeer
  ) throws(AdminRefusal) -> AdminAnswer {
    switch request {
    case .status: .ok(statusReport)
    case .metrics: .ok(metricsPage)
    case .top(let rows): .ok(topReport(rows: rows))
    case .rules: .ok(groups.matches.map(RuleHits.init))
    case .people: .ok(PeopleReport(entries: people.book.entries.map(EntryRow.init)))
    case .enter(let wish): try enter(wish, by: peer)
    case .undo(let network, let origin): try undo(network: network, origin: origin, by: peer)
    case .why(let address): try why(address)
    }
  }

  private var metricsPage: String {
    Metrics.page(report)
  }

  private var report: Report { lookout.report(of: groups, scene, now: now) }
}

// MARK: - How the gate is

extension Daemon {
  private var statusReport: StatusReport {
    let report = report
    return StatusReport(
      version: SallyportVersion.text,
      pid: getpid(),
      startedSeconds: health.startedSeconds,
      nowSeconds: report.wallSeconds,
      configuration: configurationPath,
      isStopping: drainUntil != nil,
      router: StatusReport.Router(
        kind: watch.facts.kind.word,
        directory: watch.directory,
        files: StatusReport.Health(problem: health.routerFilesProblem)
      ),
      gates: configuration.gates.map(StatusReport.Gate.init),
      transports: report.gates.map { TransportStatus($0, wallSeconds: report.wallSeconds) },
      kernelRules: kernelRulesHealth,
      radar: configuration.radar.isEnabled
        ? StatusReport.Health(problem: health.radarProblem) : nil,
      reload: health.reload,
      blocks: people.book.count(.block),
      allows: people.book.count(.allow),
      tables: [("standing_sources", report.standing), ("people_entries", report.people)].map {
        TableFill($0, entries: $1.entries, limit: $1.limit)
      }
    )
  }

  private var kernelRulesHealth: StatusReport.Health? {
    guard hasKernelRules else { return nil }
    switch rulesState {
    case .inPlace: return StatusReport.Health()
    case .missing(let problem): return StatusReport.Health(problem: problem)
    }
  }

  private func topReport(rows: Int) -> TopReport {
    let tables = groups.flatMap(\.busy)
    let bound = min(max(rows, 1), AdminBounds.busiest)
    let networks = tables.flatMap { $0.networks(now: now) }
    return TopReport(
      status: statusReport,
      addresses: BusyRow.busiest(tables.flatMap { $0.addresses(now: now) }, bound, people.book),
      networks: BusyRow.busiest(networks, bound, people.book)
    )
  }
}

extension StatusReport.Gate {
  /// A gate of the configuration.
  init(_ gate: GateSettings) {
    transport = gate.transport.word
    mode = gate.mode == .transparent ? "transparent" : "proxy"
    address = "\(gate.endpoint)"
  }
}

extension BusyRow {
  /// The rows of the busiest sources of all shards together.
  static func busiest(_ sources: [BusySource], _ bound: Int, _ book: PeopleBook) -> [BusyRow] {
    var sums: [SourcePrefix: BusyRow] = [:]
    for source in sources {
      let row = BusyRow(source)
      sums[source.prefix] = sums[source.prefix].map { $0.joined(row) } ?? row
    }
    let list = book.list
    return sums.sorted { ($1.value.arrived, $0.value.source) < ($0.value.arrived, $1.value.source) }
      .prefix(bound)
      .map { prefix, row in
        var row = row
        row.wish = list.wish(of: prefix.address)
        return row
      }
  }

  private init(_ source: BusySource) {
    self.source = source.prefix.name
    arrived = UInt64(source.arrived)
    refused = UInt64(source.refused)
    admitted = UInt64(source.admitted)
    failed = UInt64(source.failed)
    lastReason = source.lastReason.map { "\($0.word)" }
  }

  private func joined(_ other: BusyRow) -> BusyRow {
    var sum = self
    sum.arrived += other.arrived
    sum.refused += other.refused
    sum.admitted += other.admitted
    sum.failed += other.failed
    if other.arrived > arrived { sum.lastReason = other.lastReason }
    return sum
  }
}

extension PeopleList {
  /// The word for what people said of `address`; nil when they said nothing.
  func wish(of address: SourceAddress) -> String? {
    switch verdict(of: address) {
    case .unnamed: nil
    case .allowed: PeopleWish.allow.rawValue
    case .blocked: PeopleWish.block.rawValue
    }
  }
}

// MARK: - What people say

extension Daemon {
  private var moment: PeopleBook.Moment {
    PeopleBook.Moment(now, wallSeconds: Clock.wallSeconds)
  }

  private mutating func enter(
    _ wish: EntryWish,
    by peer: LocalPeer
  ) throws(AdminRefusal) -> AdminAnswer {
    let (entered, replaced) = try people.enter(wish, by: peer.user, at: moment)
    tellShards()
    journal.write(.personEntered(JournalPerson(entered)), at: now)
    return .ok(EntryReport(entry: EntryRow(entered), replaced: replaced.map(EntryRow.init)))
  }

  private mutating func undo(
    network: String?,
    origin: String?,
    by peer: LocalPeer
  ) throws(AdminRefusal) -> AdminAnswer {
    let undone = try people.undo(network: network, origin: origin)
    tellShards()
    if origin != nil, undone.count > 1, let first = undone.first {
      journal.write(
        .peopleUndone(origin: first.origin, count: undone.count, user: peer.user),
        at: now
      )
    } else {
      for entry in undone {
        journal.write(.personUndone(JournalPerson(entry), user: peer.user), at: now)
      }
    }
    return .ok(PeopleReport(entries: undone.map(EntryRow.init)))
  }

  /// Lets go of entries whose time is over.
  mutating func endEntries() {
    people.tellFaults { journal.write($0, at: now) }
    let ended = people.end(at: moment)
    guard !ended.isEmpty else { return }
    tellShards()
    for entry in ended { journal.write(.personEnded(JournalPerson(entry)), at: now) }
  }

  private func tellShards() {
    for group in groups { group.heed(people.book) }
  }

  private func why(_ text: String) throws(AdminRefusal) -> AdminAnswer {
    guard let address = SourceAddress(text) else {
      throw AdminRefusal(
        kind: .malformed,
        message: "that is no address: write it like 203.0.113.7 or 2001:db8::1"
      )
    }
    return .ok(
      WhyReport(
        address: "\(address)",
        entries: people.book.entries(holding: address).map(EntryRow.init),
        standing: StandingReport(
          standing.facts(of: address, now: now),
          bounds.connections.standing,
          now: now,
          wallSeconds: Clock.wallSeconds
        ),
        judgement: groups.lazy.compactMap { $0.explanation(of: address) }.first
          .map(JudgementReport.init)
      )
    )
  }
}

extension JournalPerson {
  /// An entry as the journal tells it.
  init(_ entry: PeopleEntry) {
    self.init(
      wish: entry.wish.rawValue,
      network: entry.prefix.name,
      origin: entry.origin,
      reason: entry.reason,
      user: entry.user,
      seconds: entry.endsSeconds - min(entry.beganSeconds, entry.endsSeconds)
    )
  }
}
