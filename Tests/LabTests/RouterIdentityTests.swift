import Testing

@testable import Lab

/// The names of routers and destinations, against values of other programs.
@Suite struct RouterIdentityTests {
  /// 384 zero bytes and an empty certificate: hashed and encoded by Python's library with I2P's
  /// alphabets.
  @Test func namesOfAnIdentityOfZeros() throws {
    let bytes = [UInt8](repeating: 0, count: 387)
    let identity = try #require(RouterIdentity(startOf: bytes))
    #expect(identity.base64 == "MRn86w6tHQgE25D7DIejOBCJ-dImSjdsQaOaBuUypkE=")
    #expect(identity.base32Name == "gem7z2yovuoqqbg3sd5qzb5dhaiit6osezfdo3cbuonanzjsuzaq.b32.i2p")
    #expect(
      identity.pathInNetDb == "netDb/rM/routerInfo-MRn86w6tHQgE25D7DIejOBCJ-dImSjdsQaOaBuUypkE=.dat"
    )
  }

  @Test func theCertificateBelongsToTheIdentityAndTheRestDoesNot() {
    var bytes = [UInt8](repeating: 7, count: 387)
    bytes[384...386] = [5, 0, 4]
    #expect(RouterIdentity(startOf: bytes) == nil)
    let short = RouterIdentity(startOf: bytes + [0, 7, 0, 4])
    let long = RouterIdentity(startOf: bytes + [0, 7, 0, 4, 99, 99])
    #expect(short != nil)
    #expect(short == long)
    #expect(short != RouterIdentity(startOf: bytes + [0, 7, 0, 5]))
  }
}
