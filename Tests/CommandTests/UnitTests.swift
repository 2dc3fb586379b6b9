import Foundation
import Testing
import Wire

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

  /// The last of them are where the gate looks for its own rules.
  @Test(
    "The gate's unit lets every host through",
    arguments: [
      "1.1.1.1", "100.64.0.1", "169.254.1.1", "172.16.0.1", "192.168.1.1", "223.255.255.254",
      "64:ff9b::1.1.1.1", "200::1", "3ff:ffff::1", "2001:db8::1", "3fff::1", "fd00::1", "fe80::1",
      "127.83.65.76", "::1",
    ]
  )
  func host(text: String) throws {
    let address = try #require(SourceAddress(text))
    #expect(try Self.allowedAddresses().contains { $0.contains(address) })
  }

  @Test(
    "The gate's unit lets no group of hosts through, and nothing reserved",
    arguments: ["224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1", "400::1", "4000::1"]
  )
  func group(text: String) throws {
    let address = try #require(SourceAddress(text))
    #expect(try !Self.allowedAddresses().contains { $0.contains(address) })
  }

  private static func allowedAddresses() throws -> [SourcePrefix] {
    let unit = try String(contentsOfFile: "\(units)/sallyport.service", encoding: .utf8)
    let line = unit.split(separator: "\n").first { $0.hasPrefix("IPAddressAllow=") }
    let words = try #require(line).dropFirst("IPAddressAllow=".count).split(separator: " ")
    return try words.map { try #require(SourcePrefix($0)) }
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
