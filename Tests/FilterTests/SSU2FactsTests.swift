import Filter
import Testing
import Wire

@Suite("SSU2 facts from a RouterInfo")
struct SSU2FactsTests {
  private static func address(
    _ changes: [String: String?] = [:],
    style: String = "SSU2"
  ) -> RouterAddress {
    let key = I2PBase64.encode([UInt8](repeating: 9, count: 32).span)
    return SigningRouter.address(["i": key].merging(changes) { $1 }, style: style)
  }

  private func facts(
    _ addresses: [RouterAddress],
    options: [String: String] = ["netId": "2", "router.version": "0.9.65"]
  ) throws -> SSU2Facts {
    let info = try SigningRouter().info(addresses: addresses, options: options)
    return try SSU2Facts(try VerifiedRouterInfo(info), kind: .java)
  }

  @Test("i2pd's own files", arguments: ["i2pd", "i2pd-dual"])
  func realFiles(folder: String) throws {
    let info = try RouterInfo(try RouterFixtures.bytes("\(folder)/router.info"))
    let keys = try RouterFixtures.bytes("\(folder)/ssu2.keys")
    let verified = try VerifiedRouterInfo(info)
    let expected = SSU2Facts(
      kind: .i2pd,
      version: 957,
      routerHash: verified.routerHash,
      introductionKey: Array(keys[64...]),
      staticPublicKey: Array(keys[..<32]),
      networkIdentifier: 99,
      versions: .classic
    )
    #expect(try SSU2Facts(verified, kind: .i2pd) == expected)
  }

  @Test("Java I2P's own file, whose addresses are of both transports")
  func javaFile() throws {
    let info = try RouterInfo(try RouterFixtures.bytes("java/router.info"))
    let facts = try SSU2Facts(try VerifiedRouterInfo(info), kind: .java)
    #expect(facts.versions == .classic)
    #expect(facts.introductionKey == info.publishedSSU2Addresses.first?.introductionKey)
    #expect(facts.introductionKey.count == 32)
  }

  @Test("Unpublished addresses and those of NTCP2 are not looked at")
  func mixedAddresses() throws {
    let firewalled = Self.address(["host": nil, "port": nil, "s": "unread", "ih0": "x"])
    let facts = try facts([SigningRouter.address(), firewalled, Self.address(style: "SSU")])
    #expect(facts.introductionKey == [UInt8](repeating: 9, count: 32))
    #expect(facts.staticPublicKey == [UInt8](repeating: 5, count: 32))
  }

  @Test(
    "Versions follow from the published hybrid forms",
    arguments: [
      ("3", [2, 3]), ("4", [2, 4]), ("3,4", [2, 3, 4]), ("4,3", [2, 3, 4]), ("4,4", [2, 4]),
    ] as [(String, [UInt8])]
  )
  func hybridVersions(text: String, expected: [UInt8]) throws {
    let versions = try facts([Self.address(["pq": text])]).versions
    #expect((0...255).filter { versions.contains(version: $0) } == expected)
  }

  @Test(
    "What a gate cannot work with is named",
    arguments: [
      ([], .notSpoken(.ssu2)),
      ([SigningRouter.address()], .notSpoken(.ssu2)),
      ([address(["v": "1"])], .notSpoken(.ssu2)),
      ([address(["host": nil])], .unpublished(.ssu2)),
      ([address(["i": nil])], .unpublished(.ssu2)),
      ([address(["i": "AAAA"])], .malformedAddressOption(.ssu2, "i")),
      ([address(["s": "AAAA"])], .malformedAddressOption(.ssu2, "s")),
      ([address(["port": "0"])], .malformedAddressOption(.ssu2, "port")),
      ([address(["pq": "5"])], .unknownHybridForm(.ssu2, "5")),
      ([address(["pq": "3,5"])], .unknownHybridForm(.ssu2, "3,5")),
      ([address(["pq": ""])], .unknownHybridForm(.ssu2, "")),
      ([address(["pq": "x"])], .unknownHybridForm(.ssu2, "x")),
      ([address(), address(["i": "AAAA"])], .differingAddressOption(.ssu2, "i")),
      ([address(), address(["pq": "3"])], .differingAddressOption(.ssu2, "pq")),
    ] as [([RouterAddress], RouterFactsFault)]
  )
  func addressFaults(addresses: [RouterAddress], fault: RouterFactsFault) {
    #expect(throws: fault) { try facts(addresses) }
  }

  @Test("Faults say which transport they are about")
  func words() {
    for transport in Transport.allCases {
      let faults: [RouterFactsFault] = [
        .notSpoken(transport), .unpublished(transport), .malformedAddressOption(transport, "i"),
        .differingAddressOption(transport, "i"), .unknownHybridForm(transport, "9"),
      ]
      for fault in faults {
        #expect(fault.description.contains(transport.rawValue), "\(fault)")
      }
    }
  }
}
