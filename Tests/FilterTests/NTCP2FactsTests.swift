import Filter
import Testing
import Wire

@Suite("NTCP2 facts from a RouterInfo")
struct NTCP2FactsTests {
  private func facts(
    _ addresses: [RouterAddress],
    options: [String: String] = ["netId": "2", "router.version": "0.9.65"],
    kept: [UInt8]? = nil
  ) throws -> NTCP2Facts {
    let info = try SigningRouter().info(addresses: addresses, options: options)
    return try NTCP2Facts(try VerifiedRouterInfo(info), kind: .java, keptCompanion: kept)
  }

  @Test("i2pd's own files", arguments: ["i2pd", "i2pd-dual"])
  func realFiles(folder: String) throws {
    let info = try RouterInfo(try RouterFixtures.bytes("\(folder)/router.info"))
    let keys = try RouterFixtures.bytes("\(folder)/ntcp2.keys")
    let verified = try VerifiedRouterInfo(info)
    let expected = NTCP2Facts(
      kind: .i2pd,
      version: 957,
      routerHash: verified.routerHash,
      initializationVector: Array(keys[64...]),
      staticPublicKey: Array(keys[..<32]),
      networkIdentifier: 99,
      hybrid: nil
    )
    #expect(try NTCP2Facts(verified, kind: .i2pd) == expected)
  }

  @Test("Published and unpublished addresses beside each other")
  func mixedAddresses() throws {
    let hidden = SigningRouter.address(["host": nil, "port": nil, "i": nil, "s": "unread"])
    let named = SigningRouter.address(["host": "router.example"], style: "NTCP")
    let facts = try facts([hidden, SigningRouter.address([:], style: "SSU2"), named])
    #expect(facts.staticPublicKey == [UInt8](repeating: 5, count: 32))
    #expect(facts.initializationVector == [UInt8](repeating: 6, count: 16))
    #expect(facts.networkIdentifier == 2)
  }

  @Test("A router that takes itself for firewalled can be guarded by its key file")
  func firewalled() throws {
    let kept = [UInt8](repeating: 9, count: 16)
    let hidden = SigningRouter.address(["host": nil, "port": nil, "i": nil, "pq": "4"])
    let facts = try facts([hidden], kept: kept)
    #expect(facts.staticPublicKey == [UInt8](repeating: 5, count: 32))
    #expect(facts.initializationVector == kept)
    #expect(facts.hybrid?.rawValue == 4)
    // What is published counts where it is.
    let published = try self.facts([hidden, SigningRouter.address()], kept: kept)
    #expect(published.initializationVector == [UInt8](repeating: 6, count: 16))
    #expect(throws: RouterFactsFault.notSpoken(.ntcp2)) { try self.facts([], kept: kept) }
  }

  @Test("Each hybrid form", arguments: HybridForm.allCases)
  func hybridForms(form: HybridForm) throws {
    #expect(try facts([SigningRouter.address(["pq": "\(form.rawValue)"])]).hybrid == form)
  }

  @Test(
    "What a gate cannot work with is named",
    arguments: [
      ([], .notSpoken(.ntcp2)),
      ([SigningRouter.address(["v": "3"])], .notSpoken(.ntcp2)),
      ([SigningRouter.address(style: "SSU2")], .notSpoken(.ntcp2)),
      ([SigningRouter.address(["host": nil])], .unpublished(.ntcp2)),
      ([SigningRouter.address(["i": nil])], .unpublished(.ntcp2)),
      ([SigningRouter.address(["s": nil])], .malformedAddressOption(.ntcp2, "s")),
      ([SigningRouter.address(["s": "AAAA"])], .malformedAddressOption(.ntcp2, "s")),
      ([SigningRouter.address(["i": "+/+/"])], .malformedAddressOption(.ntcp2, "i")),
      ([SigningRouter.address(["port": "0"])], .malformedAddressOption(.ntcp2, "port")),
      ([SigningRouter.address(["pq": "6"])], .unknownHybridForm(.ntcp2, "6")),
      ([SigningRouter.address(["pq": "3,4"])], .unknownHybridForm(.ntcp2, "3,4")),
      ([SigningRouter.address(["pq": ""])], .unknownHybridForm(.ntcp2, "")),
      (
        [SigningRouter.address(), SigningRouter.address(["s": "AAAA"])],
        .differingAddressOption(.ntcp2, "s")
      ),
      (
        [SigningRouter.address(), SigningRouter.address(["i": "AAAA"])],
        .differingAddressOption(.ntcp2, "i")
      ),
      (
        [SigningRouter.address(), SigningRouter.address(["pq": "4"])],
        .differingAddressOption(.ntcp2, "pq")
      ),
    ] as [([RouterAddress], RouterFactsFault)]
  )
  func addressFaults(addresses: [RouterAddress], fault: RouterFactsFault) {
    #expect(throws: fault) { try facts(addresses) }
  }

  @Test(
    "Router options that are absent or odd are named",
    arguments: [
      (["router.version": "0.9.65"], "netId"),
      (["netId": "256", "router.version": "0.9.65"], "netId"),
      (["netId": "2"], "router.version"),
      (["netId": "2", "router.version": "0.9"], "router.version"),
      (["netId": "2", "router.version": "0.9.x"], "router.version"),
      (["netId": "2", "router.version": "0.9.100"], "router.version"),
    ]
  )
  func optionFaults(options: [String: String], name: String) {
    #expect(throws: RouterFactsFault.malformedRouterOption(name)) {
      try facts([SigningRouter.address()], options: options)
    }
  }

  @Test(
    "Versions order like their numbers",
    arguments: [
      ("0.9.57", 957), ("0.9.65", 965), ("0.10.3", 1_003), ("2.8.0", 20_800), ("0.9.66.1", 966),
    ] as [(String, UInt32)]
  )
  func versions(text: String, number: UInt32) throws {
    let options = ["netId": "2", "router.version": text]
    #expect(try facts([SigningRouter.address()], options: options).version == number)
  }
}
