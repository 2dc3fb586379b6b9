import Filter
import Testing
import Wire

@Suite("Verified RouterInfo")
struct VerifiedRouterInfoTests {
  @Test(
    "i2pd's own files verify, and their hash is SHA-256 of the identity",
    arguments: [
      ("i2pd", "f4f02b1532ebbd4615f6faddd7d25c4a4d5abcae1e1b0ca04b3881e62baa3228"),
      ("i2pd-dual", "f0553704b9339f9c2533d1b1e40fb63d75f1eabd3de9c86dd9e1244b14d306a5"),
    ]
  )
  func realFiles(folder: String, hash: String) throws {
    let info = try RouterInfo(try RouterFixtures.bytes("\(folder)/router.info"))
    let verified = try VerifiedRouterInfo(info)
    let digits = verified.routerHash.map { byte in
      String(byte >> 4, radix: 16) + String(byte & 15, radix: 16)
    }
    #expect(digits.joined() == hash)
    #expect(verified.info == info)
  }

  @Test("Changing any byte is noticed")
  func everyByteChanged() throws {
    let original = try RouterFixtures.bytes("i2pd/router.info")
    for index in original.indices {
      for change: UInt8 in [0x01, 0x80] {
        var bytes = original
        bytes[index] ^= change
        guard let info = try? RouterInfo(bytes) else { continue }
        #expect(throws: RouterFactsFault.self, "byte \(index)") { try VerifiedRouterInfo(info) }
      }
    }
  }

  @Test("An identity without Ed25519 is refused by its types")
  func otherSignatures() throws {
    var bytes = try RouterFixtures.bytes("i2pd/router.info")
    bytes[388] = 1
    let p256 = try RouterInfo(bytes)
    #expect(throws: RouterFactsFault.signatureType(certificate: 5, signing: 1)) {
      try VerifiedRouterInfo(p256)
    }
    bytes[384] = 0
    let none = try RouterInfo(bytes)
    let error = #expect(throws: RouterFactsFault.signatureType(certificate: 0, signing: nil)) {
      try VerifiedRouterInfo(none)
    }
    #expect(
      error?.description == "the identity is not signed with Ed25519 "
        + "(certificate type 0, signature type none; wanted are 5 and 7)"
    )
  }

  @Test("Another router's signature is refused")
  func foreignSignature() throws {
    let own = try SigningRouter().info(addresses: [SigningRouter.address()])
    let other = try SigningRouter().info(addresses: [SigningRouter.address()])
    #expect(throws: Never.self) { try VerifiedRouterInfo(own) }
    let mixed = try RouterInfo(
      Array(own.bytes[own.signedRange]) + other.bytes[other.signatureRange]
    )
    #expect(throws: RouterFactsFault.badSignature) { try VerifiedRouterInfo(mixed) }
  }
}
