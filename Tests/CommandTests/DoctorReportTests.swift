import Foundation
import Testing

@testable import sallyport

/// Findings as people and programs see them.
@Suite struct DoctorReportTests {
  private static let findings: [Finding] = [
    .ok(.configuration, "all good"),
    .warn(
      .clock,
      String(repeating: "word ", count: 40),
      why: String(repeating: "because ", count: 30),
      remedy: "/a/path/" + String(repeating: "x", count: 90)
    ),
    .bad(.daemon, "no gate runs", why: "w", remedy: "r"),
    .unknown(.journal, "x", remedy: "y"),
  ]

  @Test func linesFitAndAreGrouped() {
    let report = DoctorReport(findings: Self.findings)
    let lines = report.lines(for: Layout())
    #expect(lines.filter { $0.count > 80 && !$0.contains("xxx") } == [])
    #expect(lines.filter { !$0.hasPrefix(" ") }.dropLast() == ["Configuration", "Host", "Gate"])
    #expect(lines.last == "1 bad, 1 warning, 1 unknown, 1 ok.")
    #expect(lines.contains("  bad     no gate runs"))
    #expect(lines.contains("          So: w") && lines.contains("          Do: r"))
    #expect(!lines.joined().contains("\u{1B}"))
    #expect(!report.isGood)
    #expect(DoctorReport(findings: [Self.findings[1]]).isGood)
  }

  @Test func coloursAreForTerminals() {
    let report = DoctorReport(findings: Self.findings)
    let lines = report.lines(for: Layout(columns: 80, hasColour: true))
    #expect(lines.contains("  \u{1b}[31mbad\u{1B}[0m     no gate runs"))
    let plain = lines.map { $0.replacing(/\u{1B}\[[0-9]*m/, with: "") }
    #expect(plain == report.lines(for: Layout()))
  }

  @Test func narrowTerminalsGetNarrowLines() {
    let lines = DoctorReport(findings: Self.findings).lines(for: Layout(columns: 40))
    #expect(lines.filter { $0.count > 40 && !$0.contains("xxx") } == [])
  }

  @Test func programsGetEverything() throws {
    struct Shown: Decodable {
      struct Line: Decodable {
        var area: String
        var check: String
        var level: String
        var what: String
        var why: String?
        var remedy: String?
      }
      var ok: Bool
      var counts: [String: Int]
      var findings: [Line]
    }
    let text = try JSONText.encode(DoctorReport(findings: Self.findings))
    let shown = try JSONDecoder().decode(Shown.self, from: Data(text.utf8))
    #expect(!shown.ok)
    #expect(shown.counts == ["ok": 1, "warn": 1, "bad": 1, "unknown": 1])
    #expect(shown.findings.map(\.check) == ["configuration", "clock", "daemon", "journal"])
    #expect(shown.findings.map(\.area) == ["configuration", "host", "gate", "host"])
    #expect(shown.findings[2].why == "w" && shown.findings[0].remedy == nil)
  }
}
