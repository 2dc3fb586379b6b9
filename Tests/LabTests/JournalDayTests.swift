import Filter
import Foundation
import PrivateJournal
import Telemetry
import Testing
import Wire

@testable import Lab

/// A day of a real gate in a real journal, read back by `sallyport simulate --journal`.
@Suite(
  .enabled(
    if: LabNeeds.gate && (try? Toolbox.found()) != nil && RealJournald.isPossible,
    "needs root, systemd-journald, and the gate's program beside the tests"
  )
)
struct JournalDayTests {
  private static let loopback = SourceAddress(ipv4: 0x7f00_0001)
  private static let patience = 20 * Nanoseconds.perSecond
  private static let rules = """
    [[signature]]
    name = "chatter"
    mode = "enforce"
    patterns = ['"CHATTER-CHATTER"']
    [[signature]]
    name = "murmur"
    patterns = ['"MURMUR-MURMUR"']
    [[rule]]
    name = "everybody"
    when = { source = "127.0.0.0/8" }
    action = "mimic"
    [[rule]]
    name = "nobody"
    when = { source = "203.0.113.0/24", syn = "zmap" }
    action = "mimic"

    """

  /// The answer's parts that are compared.
  private struct Answer: Decodable, Equatable {
    struct Counts: Decodable, Equatable {
      let starts: Int
    }
    struct Line: Decodable, Equatable {
      let transport: String
      let verdict: String
      let reason: String
      let count: UInt64
    }
    struct Rule: Decodable, Equatable {
      let name: String
      let refused: UInt64
      let observed: UInt64
      let wouldRefuse: UInt64
      let known: UInt64
    }
    struct Unknown: Decodable, Equatable {
      let name: String
      let when: String
    }
    let journal: Counts
    let verdicts: [Line]
    let rules: [Rule]
    let refused: UInt64
    let watched: UInt64
    let known: UInt64
    let cannotTell: [Unknown]
  }

  /// What came of it.
  private struct Outcome: Sendable {
    var status = GateStatus()
    /// What `simulate` says of each form.
    var answers: [String] = []
    var text = ""
  }

  private static func say(_ words: String, to gate: Endpoint, from source: UInt32) throws {
    let socket = try TCPSocket.connected(
      to: gate,
      from: Endpoint(address: SourceAddress(ipv4: source), port: 0),
      timeoutNanoseconds: patience
    )
    _ = socket.send(Array(words.utf8))
    Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
  }

  /// Starts the gate's program from this thread, whose `/run` it then has.
  private static func start(_ gate: LabGate) throws -> Process {
    let process = Process()
    process.executableURL = URL(filePath: try OwnProgram.sibling("sallyport"))
    process.arguments = ["run", "--config", gate.configurationPath, "--log", "journal"]
    process.standardError = FileHandle.nullDevice
    try process.run()
    let isThere = Pause.until(timeoutNanoseconds: LabGate.startTimeoutNanoseconds) {
      (try? gate.status()) != nil || !process.isRunning
    }
    guard isThere, process.isRunning else { throw LabError("the gate does not start") }
    return process
  }

  /// Lets a gate live before a stand-in, with its journal in the `/run` of this thread.
  private static func live(in directory: String) throws -> Outcome {
    guard let journald = RealJournald() else { throw LabError("systemd-journald is not there") }
    try Files.makeDirectory(directory + "/router")
    try Files.makeDirectory(directory + "/rules")
    try Files.write(rules, to: directory + "/rules/test.toml")
    let free = try TrivialAcceptor.listening(at: Endpoint(address: loopback, port: 0))
    let endpoint = free.endpoint
    _ = consume free
    var outcome = Outcome()
    _ = try StandInTests.withStandIn(directory: directory + "/router") { upstream, router in
      var settings = LabGateSettings()
      settings.mode = .proxy(upstream: upstream)
      settings.rulesDirectory = directory + "/rules"
      let guarded = GuardedRouter(
        kind: .java,
        directory: directory + "/router",
        endpoint: endpoint,
        namespace: nil
      )
      let gate = try LabGate(before: guarded, settings: settings, directory: directory + "/gate")
      let process = try start(gate)
      defer { process.terminate() }
      // Known after the first time.
      for _ in 0..<3 {
        _ = Initiator.handshake(to: endpoint, router: router)
        Pause.nanoseconds(Nanoseconds.perSecond)
      }
      for _ in 0..<4 { try say("CHATTER-CHATTER", to: endpoint, from: 0x7f01_0101) }
      try say("MURMUR-MURMUR", to: endpoint, from: 0x7f01_0102)
      outcome.status = try gate.status()
      process.terminate()
      process.waitUntilExit()
      guard process.terminationStatus == 0 else { throw LabError("the gate does not stop") }
      for form in ["json", "export"] {
        let path = directory + "/day.\(form)"
        let text = journald.export(form, withEntryOf: JournalEventKind.stopped.messageID)
        try Files.write(text, to: path)
        outcome.answers.append(try gate.command("simulate", "--journal", path, "--json"))
        outcome.text = try gate.command("simulate", path)
      }
    }
    return outcome
  }

  @Test func whatTheGateToldIsAddedUp() throws {
    let directory = NSTemporaryDirectory() + "sallyport-day-\(UUID().uuidString)"
    defer { Files.removeTree(directory) }
    let result = PrivateRun.run { Result { try Self.live(in: directory) } }
    let outcome = try #require(result).get()
    let answers = try outcome.answers.map {
      try JSONDecoder().decode(Answer.self, from: Data($0.utf8))
    }
    let answer = try #require(answers.first)
    #expect(answers == [answer, answer])
    #expect(answer.journal.starts == 1 && answer.refused >= 4)
    // The stop may add verdicts about who was still held.
    #expect(outcome.status.count(.refuse, .signature) == 4)
    for reason in [Reason.signature, .established] {
      let told = answer.verdicts.filter { $0.reason == "\(reason.word)" && $0.verdict != "observe" }
      #expect(told.count == 1 && told.first?.transport == "ntcp2")
    }
    // The stand-in takes a second connection of an address as the first one's.
    let complete = answer.verdicts.first { $0.verdict == "complete" }?.count
    #expect(complete == outcome.status.count(.complete))
    #expect(answer.watched == 1)

    let rules = Dictionary(uniqueKeysWithValues: answer.rules.map { ($0.name, $0) })
    #expect(rules["chatter"]?.refused == 4 && rules["chatter"]?.known == 0)
    #expect(rules["murmur"]?.wouldRefuse == 1 && rules["murmur"]?.observed == 1)
    // The second and the third time it was known.
    let everybody = try #require(rules["everybody"])
    #expect(everybody.refused == 0 && everybody.wouldRefuse == 0 && everybody.known == 2)
    #expect(everybody.observed >= 3 && answer.known == 2)
    #expect(answer.cannotTell.map(\.name) == ["nobody"])
    #expect(answer.cannotTell.first?.when.contains("203.0.113.0/24") == true)
    #expect(outcome.text.contains("Signature chatter: 4 refused, 0 observed"), "\(outcome.text)")
    #expect(outcome.text.contains("Cannot be told from the journal"))
  }
}
