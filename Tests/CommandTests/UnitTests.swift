import Foundation
import Testing

@testable import sallyport

/// The units of systemd, and what else the package is made of.
@Suite("The package") struct UnitTests {
  private static let units = "\(repository)/Deploy/systemd"

  /// 1.5 of 10 for the gate itself; its kernel rules need root and CAP_NET_ADMIN.
  @Test(
    "What systemd thinks of their exposure",
    .enabled(if: ToolRun.isThere("systemd-analyze"), "needs systemd"),
    arguments: [("sallyport.service", 15), ("sallyport-firewall.service", 22)]
  )
  func exposure(unit: String, tenths: Int) throws {
    let run = try ToolRun(
      "systemd-analyze",
      [
        "security", "--offline=true", "--threshold=\(tenths)", "--no-pager",
        "\(Self.units)/\(unit)",
      ]
    )
    #expect(run.status == 0, "\(run.output)")
  }

  @Test("The changelog ends with the program's version") func version() throws {
    let path = "\(repository)/Deploy/debian/changelog"
    let changelog = try String(contentsOfFile: path, encoding: .utf8)
    #expect(
      changelog.hasPrefix("sallyport (\(SallyportVersion.text)) "),
      "add an entry for \(SallyportVersion.text) at the top of Deploy/debian/changelog"
    )
  }
}
