import Filter
import Testing
import Wire

@testable import Lab

extension GateTests {
  /// SIGHUP: all of it or nothing, and nobody is lost.
  @Suite struct Reload {
    private static let reloads = 20

    @Test func reloadsUnderLoadLoseNobody() throws {
      try GateTests.withGuardedRouter { guarded in
        let session = try guarded.session(lastingNanoseconds: 8 * GateTests.second)
        var settings = FloodSettings(
          kind: .stratum,
          target: guarded.router.endpoint,
          sources: FloodSources(
            network: SourcePrefix(SourceAddress(ipv4: 0x0b40_0000), length: 14),
            count: 60_000
          ),
          ratePerSecond: 1_000,
          durationNanoseconds: 30 * GateTests.second
        )
        settings.openConnectionsMaximum = 2_000
        settings.whenFull = .dropOldest
        let flood = try RunningFlood(settings, in: guarded.topology.world.namespace)
        for _ in 0..<Self.reloads {
          guarded.gate.reload()
          #expect(try guarded.handshake().end == .established)
          Pause.nanoseconds(250 * Nanoseconds.perMillisecond)
        }
        #expect(flood.stop() == nil)
        #expect((flood.report?.attempted ?? 0) > 3_000)

        let stayed = session.join()
        #expect(stayed?.end == .established)
        #expect(stayed?.observation.close != nil, "the router answers the end of our direction")
        let status = try guarded.gate.status()
        #expect(status.count(.refuse, .signature) > 3_000)
        #expect(status.count(.complete) == UInt64(Self.reloads) + 1)
        let reloaded = guarded.gate.reloadCount
        #expect(reloaded > Self.reloads / 2, "signals that come together are one")
      }
    }

    /// TOMLKit keeps what it has parsed: 65 KiB a reload, were unchanged files parsed again. What a
    /// reload replaces is freed a little later, so the least of several is what stays. Some time
    /// the heap grows by a megabyte at once (seen once in hundreds of reloads); a leak always does.
    @Test func reloadsTakeNoMemory() throws {
      try GateTests.withGuardedRouter { guarded in
        let gate = guarded.gate
        func reload(_ count: Int) throws -> UInt64 {
          var least = UInt64.max
          for _ in 0..<count {
            guard gate.reloadsInTime() else { throw LabError("a reload does not end") }
            least = min(least, try #require(gate.observe()).residentBytes)
          }
          return least
        }
        _ = try reload(10)
        var marks = [try reload(10)]
        for _ in 0..<2 {
          _ = try reload(30)
          marks.append(try reload(10))
        }
        let kibibytes = marks.map { Int($0 >> 10) }
        let growth = min(kibibytes[1] - kibibytes[0], kibibytes[2] - kibibytes[1])
        #expect(growth < 1_024, "\(kibibytes) KiB")
      }
    }

    @Test func brokenFilesChangeNothingAndAreNamedByLine() throws {
      try GateTests.withGuardedRouter { guarded in
        let gate = guarded.gate
        let rules = try OwnProgram.rules()
        let ownRules = "\(gate.directory)/rules.d"
        try Files.makeDirectory(ownRules)
        try Files.write(
          "[[signature]]\nname = \"broken\"\npatterns = 1\n",
          to: "\(ownRules)/broken.toml"
        )

        try gate.writeConfiguration(rulesDirectory: rules, appending: "nonsense = 1\n")
        gate.reload()
        try gate.waitForLog(
          "\(gate.configurationPath):\(lastLine(of: gate)): ",
          timeoutNanoseconds: 2 * GateTests.second
        )
        #expect(try guarded.handshake().end == .established)

        try gate.writeConfiguration(rulesDirectory: ownRules)
        gate.reload()
        try gate.waitForLog(
          "\(ownRules)/broken.toml:3: ",
          timeoutNanoseconds: 2 * GateTests.second
        )
        #expect(try guarded.handshake().end == .established)
        #expect(!gate.log.contains("Reloaded:"))

        try gate.writeConfiguration(rulesDirectory: rules)
        gate.reload()
        let check = try gate.command("check", "--json")
        let count = ["signatures", "rules"].reduce(0) { $0 + number(after: $1, in: check) }
        #expect(count > 10)
        try gate.waitForLog("Reloaded: \(count) rules", timeoutNanoseconds: 2 * GateTests.second)
        #expect(try guarded.handshake().end == .established)
      }
    }

    /// The number of its configuration's last line.
    private func lastLine(of gate: LabGate) -> Int {
      (Files.text(gate.configurationPath) ?? "").count { $0 == "\n" }
    }

    private func number(after key: String, in json: String) -> Int {
      let digits = json.split(separator: "\"\(key)\" : ").last?.prefix { $0.isNumber }
      return digits.flatMap { Int($0) } ?? 0
    }

    @Test func whatIsMadeAtTheStartIsRefusedAndNothingIsTaken() throws {
      try GateTests.withGuardedRouter { guarded in
        let gate = guarded.gate
        let none = "\(gate.directory)/none"
        try Files.makeDirectory(none)
        try gate.writeConfiguration(
          rulesDirectory: none,
          appending: "[standing]\nsources = 2048\n"
        )
        gate.reload()
        try gate.waitForLog(
          "\(gate.configurationPath):\(lastLine(of: gate)): [standing] sources",
          timeoutNanoseconds: 2 * GateTests.second
        )
        #expect(!gate.log.contains("Reloaded:"))
        #expect(try guarded.handshake().end == .established)
      }
    }
  }
}
