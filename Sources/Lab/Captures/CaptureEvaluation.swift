internal import Filter
internal import Foundation

/// What the shipped rules do to the labelled captures, by the program that people run: `sallyport
/// simulate`, which asks the decision of the live gate.
final class CaptureEvaluation {
  /// How far the rules are trusted.
  enum Trust: String, CaseIterable {
    /// As they are shipped: most of them watch.
    case shipped
    /// Everything that watches acts.
    case enforced
  }

  /// What became of one capture.
  struct Row: Equatable {
    /// Which one.
    let capture: CorpusCapture
    /// Addresses from which connections came.
    var sources = 0
    /// Connections, and of them those of peers.
    var connections = 0
    var honest = 0
    /// Peers that were refused: false refusals.
    var refusedHonest = 0
    /// Others that were not refused before a key agreement had to tell: misses before the proof.
    var reachedProof = 0
    /// Others that were let through to the router: misses after it.
    var admitted = 0
    /// Connections that were refused, by the reason and the rule.
    var refusals: [String: Int] = [:]
    /// SYNs that nobody followed up, by what they look like: the kernel answers them, and no
    /// connection comes of them.
    var knocks: [String: Int] = [:]
  }

  private let directory: String
  private let scratchDirectory: String

  /// An evaluation of the captures in `directory`.
  init(directory: String) throws(LabError) {
    // The gate's configuration asks for whole paths.
    self.directory = URL(filePath: directory).path
    // Short, since the path of a socket in it has a bound.
    scratchDirectory =
      "\(RunName.directoryOfRuns)/sallyport-evaluation-\(getpid())-\(SerialNumber.next())"
    try Files.makeDirectory(scratchDirectory)
  }

  deinit {
    Files.removeTree(scratchDirectory)
  }

  /// What became of the captures, in their order.
  func rows(_ trust: Trust) throws -> [Row] {
    let rows = try CorpusRouter.allCases.flatMap { try self.rows(at: $0, trust) }
    return CorpusCapture.allCases.compactMap { capture in rows.first { $0.capture == capture } }
  }

  /// All captures of one router at once: to compile the rules takes longer than to judge.
  private func rows(at router: CorpusRouter, _ trust: Trust) throws -> [Row] {
    let captures = CorpusCapture.allCases.filter { $0.router == router }
    let paths = captures.map { "\(directory)/\($0.rawValue).pcap" }
    let flags = ["--json", "--each"] + (trust == .enforced ? ["--enforce"] : [])
    let bytes = Data(try gate(before: router).command(["simulate"] + paths + flags).utf8)
    let reports =
      captures.count == 1
      ? [try JSONDecoder().decode(SimulatedCapture.self, from: bytes)]
      : try JSONDecoder().decode([SimulatedCapture].self, from: bytes)
    return zip(captures, reports).map { Row($0, $1) }
  }

  /// A gate that is not started: its configuration is what `simulate` reads.
  private func gate(before router: CorpusRouter) throws(LabError) -> LabGate {
    let ports = router.endpoints.map { GuardedRouter.Port(transport: .ntcp2, endpoint: $0) }
    return try LabGate(
      before: GuardedRouter(
        kind: router.kind,
        directory: "\(directory)/\(router.rawValue)",
        ports: ports,
        namespace: nil
      ),
      directory: "\(scratchDirectory)/\(router.rawValue)"
    )
  }
}

extension CaptureEvaluation.Row {
  init(_ capture: CorpusCapture, _ report: SimulatedCapture) {
    self.capture = capture
    connections = report.each.count
    sources = Set(report.each.map(\.address)).count
    for knock in report.knocks { knocks[knock.name] = knock.count }
    for connection in report.each { add(connection) }
  }

  private mutating func add(_ connection: SimulatedCapture.Connection) {
    let isRefused = connection.verdict == "refuse"
    let isHonest = capture.label == .honest || connection.becameSession
    if isRefused {
      let words = [connection.reason, connection.rule].compactMap { $0 }
      refusals[words.joined(separator: " "), default: 0] += 1
    }
    guard !isHonest else {
      honest += 1
      if isRefused { refusedHonest += 1 }
      return
    }
    let reason = Reason.allCases.first { "\($0.word)" == connection.reason }
    if !isRefused || reason?.isOfProof == true { reachedProof += 1 }
    if connection.verdict == "admit" { admitted += 1 }
  }
}

extension Reason {
  /// Whether it is found with the router's own key.
  fileprivate var isOfProof: Bool {
    switch self {
    case .unauthenticated, .otherNetwork, .otherVersion, .paddingTooLong, .message3OutOfBounds,
      .clockSkew, .earlyBytes, .proofBudget:
      true
    default: false
    }
  }
}

/// The parts of `sallyport simulate --json --each` that are looked at.
struct SimulatedCapture: Decodable {
  struct Connection: Decodable {
    let peer: String
    let verdict: String?
    let reason: String?
    let rule: String?
    let becameSession: Bool

    /// The peer without its port.
    var address: Substring { peer.lastIndex(of: ":").map { peer[..<$0] } ?? peer[...] }
  }

  struct Count: Decodable {
    let name: String
    let count: Int
  }

  let each: [Connection]
  let knocks: [Count]
}
