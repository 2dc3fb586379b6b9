import Foundation
import Telemetry
import Testing

@testable import sallyport

/// What Deploy/monitoring ships, held by Prometheus' own tool.
@Suite(
  .enabled(
    if: FileManager.default.isExecutableFile(atPath: "/usr/bin/promtool"),
    "needs Debian's prometheus"
  )
)
struct MonitoringTests {
  @Test(arguments: [["check", "rules", "alerts.yml"], ["test", "rules", "alerts.test.yml"]])
  func promtoolAccepts(arguments: [String]) throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/promtool")
    process.arguments = arguments
    process.currentDirectoryURL = URL(filePath: #filePath)
      .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
      .appending(path: "Deploy/monitoring")
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    #expect(process.terminationStatus == 0, "\(text)")
  }
}

/// What the page says about the closed lists.
@Suite struct ReasonMeaningTests {
  @Test(arguments: VerdictWords.names.reasons)
  func everyReasonHasAMeaningForPeople(word: String) {
    let text = ReasonMeaning.text(of: word)
    #expect(text != nil && text?.isEmpty == false, "\(word): say what it means in ReasonMeaning")
  }
}
