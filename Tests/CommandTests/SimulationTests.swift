import Filter
import Foundation
import Testing
import Wire

@testable import Capture
@testable import sallyport

/// The labelled captures of the lab, judged by the decision of the live gate: each for its reason.
/// What the rules do to all of them is in `EvaluationTests`.
@Suite struct SimulationTests {
  /// What is expected of one capture.
  struct Label: Sendable, CustomStringConvertible {
    let name: String
    var isHonest = false
    /// Connections, and of them those that are let through.
    var connections = 12
    var admitted = 0
    var reasons: Set<Reason> = []
    /// What the SYNs without a connection look like.
    var knocks: [String: Int] = [:]
    var scanners = 0

    var description: String { name }
  }

  static let labels = [
    Label(name: "i2pd", isHonest: true, connections: 6, admitted: 6),
    Label(name: "initiator", isHonest: true, admitted: 12),
    Label(name: "initiator-ipv6", isHonest: true, admitted: 12),
    Label(name: "crowd", isHonest: true, connections: 32, admitted: 32),
    Label(name: "returning", isHonest: true, admitted: 12),
    Label(name: "slow", isHonest: true, connections: 6, admitted: 6),
    Label(name: "zmap", connections: 0, knocks: ["zmap": 1]),
    Label(name: "masscan", connections: 0, knocks: ["masscan": 1]),
    Label(name: "nmap", connections: 0, knocks: ["nmap": 1], scanners: 1),
    Label(name: "hping3", connections: 0, knocks: ["odd": 4]),
    Label(name: "curl", connections: 3, reasons: [.signature]),
    Label(name: "openssl", connections: 3, reasons: [.signature]),
    Label(name: "ssh", connections: 3, reasons: [.signature]),
    Label(name: "redis", connections: 3, reasons: [.hungUp]),
    Label(name: "stratum", reasons: [.signature]),
    Label(name: "silent", reasons: [.hungUp]),
    Label(name: "garbage", reasons: [.unauthenticated, .hybridUnpublished, .weakKey]),
    // The first copy is an honest flight: only its repetitions can be known for what they are.
    Label(name: "replay", admitted: 1, reasons: [.replayed]),
  ]

  private static let folder = repository + "/Tests/Corpus/Captures"

  private static func configuration(_ directory: TemporaryDirectory) throws -> String {
    try directory.write(
      "sallyport.toml",
      """
      [router]
      kind = "i2pd"
      directory = "\(folder)/router"
      [[gate]]
      transport = "ntcp2"
      address = "11.1.0.1"
      port = 9111
      mode = "transparent"
      [[gate]]
      transport = "ntcp2"
      address = "2a0d:5d00:1::1"
      port = 9111
      mode = "transparent"
      [rules]
      directory = "\(repository)/Rules"
      """
    )
  }

  /// All at once, so that the rules are compiled once.
  @Test func capturesAreJudgedAsTheyAreLabelled() throws {
    let directory = try TemporaryDirectory()
    let setup = try GateSetup.read(path: Self.configuration(directory))
    let paths = Self.labels.map { "\(Self.folder)/\($0.name).pcap" }
    let outcomes = try Simulation.run(paths, setup: setup)
    #expect(outcomes.count == Self.labels.count)
    for (label, outcome) in zip(Self.labels, outcomes) { Self.judge(label, outcome) }
  }

  private static func judge(_ label: Label, _ outcome: Simulation.Outcome) {
    let connections = outcome.report.connections
    #expect(connections.count == label.connections, "\(label)")
    #expect(connections.count { $0.verdict == "admit" } == label.admitted, "\(label)")
    let words = Set(label.reasons.map { "\($0.word)" })
    for refused in outcome.report.refused {
      #expect(words.contains(refused.reason ?? ""), "\(label): \(refused)")
      #expect(!refused.becameSession && !refused.isKnown, "\(label): \(refused)")
    }
    #expect(connections.allSatisfy { $0.becameSession == label.isHonest }, "\(label)")
    #expect(outcome.knocks == label.knocks, "\(label)")
    #expect(outcome.scanners == label.scanners, "\(label)")
    #expect(outcome.counts.cut == 0 && outcome.counts.overBound == 0, "\(label)")
  }

  @Test func anAddressThatShookHandsIsKnown() throws {
    let path = NSTemporaryDirectory() + "/sallyport-twice-\(UUID().uuidString).pcap"
    defer { try? FileManager.default.removeItem(atPath: path) }
    // The whole capture, and an hour later its bytes again: the flights are then repetitions, and
    // would be of known peers.
    var reader = try CaptureReader(path: Self.folder + "/initiator.pcap")
    var packets: [CapturedPacket] = []
    while let packet = try reader.next() { packets.append(packet) }
    var writer = try CaptureWriter(path: path, link: reader.link)
    for laterBySeconds: UInt64 in [0, 30] {
      for packet in packets {
        writer.write(
          CapturedPacket(
            link: packet.link,
            nanoseconds: packet.nanoseconds + laterBySeconds * Nanoseconds.perSecond,
            wireByteCount: packet.wireByteCount,
            bytes: packet.bytes
          )
        )
      }
    }
    _ = consume writer
    let directory = try TemporaryDirectory()
    let setup = try GateSetup.read(path: Self.configuration(directory))
    let outcome = try #require(try Simulation.run([path], setup: setup).first)
    #expect(outcome.report.connections.count == 24)
    #expect(outcome.report.refused.count == 12)
    #expect(outcome.report.refused.allSatisfy { $0.isKnown && $0.reason == "replayed" })
  }

  @Test func deadlinesComeInTheirOrder() {
    var heap = DeadlineHeap()
    let end = Endpoint(address: SourceAddress(ipv4: 1), port: 1)
    let key = ConnectionKey(peer: end, gate: end)
    var moments: [UInt64] = []
    var state: UInt64 = 1
    for number in 0..<1_000 {
      state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
      moments.append(state >> 50)
      heap.push(
        DeadlineHeap.Entry(at: Instant(nanoseconds: state >> 50), key: key, number: number)
      )
    }
    let half: UInt64 = 1 << 13
    var popped: [UInt64] = []
    while let next = heap.pop(until: Instant(nanoseconds: half)) {
      popped.append(next.at.nanoseconds)
    }
    #expect(popped == moments.filter { $0 <= half }.sorted())
    while let next = heap.pop(until: Instant(nanoseconds: .max)) {
      popped.append(next.at.nanoseconds)
    }
    #expect(popped == moments.sorted())
  }
}
