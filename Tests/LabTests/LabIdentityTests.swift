import Foundation
import Testing
import Wire

@testable import Lab

@Suite struct LabIdentityTests {
  private static let endpoint = Endpoint(address: SourceAddress(ipv4: 0x0b40_0001), port: 17654)

  @Test func routerInfoCarriesWhatAnInitiatorNeeds() throws {
    let identity = LabIdentity()
    let directory = try temporaryDirectory()
    defer { try? FileManager.default.removeItem(atPath: directory) }
    try JavaRouterDirectory.write(
      identity,
      at: Self.endpoint,
      networkIdentifier: 99,
      wallSeconds: 1_800_000_000,
      directory: directory
    )
    let facts = try RouterFacts.read(directory: directory)
    #expect(facts == identity.facts(at: Self.endpoint, networkIdentifier: 99))
    #expect(identity.bytes.count == LabIdentity.length)
    let text = try String(contentsOfFile: directory + "/router.config", encoding: .utf8)
    #expect(text.contains("i2np.ntcp2.sp=" + I2PBase64.encode(identity.staticPrivateKey.span)))
  }

  @Test func signatureCoversTheWholeRouterInfo() {
    let identity = LabIdentity()
    var info = identity.routerInfo(published: nil, networkIdentifier: 2, wallSeconds: 1)
    let key = [UInt8](identity.bytes[352..<384])
    func check() -> Primitives.Authenticity {
      Primitives.verify([UInt8](info.suffix(64)), of: [UInt8](info.dropLast(64)), publicKey: key)
    }
    #expect(check() == .genuine)
    info[400] ^= 1
    #expect(check() == .forged)
  }

  @Test func cutRouterInfoIsRefused() {
    let info = LabIdentity().routerInfo(
      published: Self.endpoint,
      networkIdentifier: 2,
      wallSeconds: 1
    )
    #expect(throws: Never.self) { try RouterInfo(info) }
    for count in 0..<info.count {
      #expect(throws: RouterInfoFault.self, "cut to \(count) bytes") {
        try RouterInfo([UInt8](info.prefix(count)))
      }
    }
  }

  @Test func unreadableDirectoryIsNamed() {
    #expect(throws: RouterFactsFailure.unreadable(path: "/nowhere/router.info")) {
      try RouterFacts.read(directory: "/nowhere")
    }
  }

  private func temporaryDirectory() throws -> String {
    let path = NSTemporaryDirectory() + "sallyport-lab-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    return path
  }
}
