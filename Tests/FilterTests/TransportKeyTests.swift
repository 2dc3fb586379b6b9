import Filter
import Testing

@Suite("Transport keys")
struct TransportKeyTests {
  @Test("The halves of i2pd's own keys match, and no other", arguments: ["i2pd", "i2pd-dual"])
  func realKeys(folder: String) throws {
    for name in ["ntcp2.keys", "ssu2.keys"] {
      let file = try RouterFixtures.bytes("\(folder)/\(name)")
      var half = Array(file[32..<64])
      let privateKey = SecretBytes(moving: &half)
      let publicKey = Array(file[..<32])
      #expect(TransportKey.match(privateKey: privateKey, publicKey: publicKey) == .matches)
      for index in publicKey.indices {
        var other = publicKey
        other[index] ^= 1
        #expect(TransportKey.match(privateKey: privateKey, publicKey: other) == .differs)
      }
    }
  }

  @Test("A public half of another length differs")
  func otherLengths() {
    let privateKey = SecretBytes(randomCount: TransportKey.bytes)
    for count in [0, 31, 33] {
      let publicKey = [UInt8](repeating: 0, count: count)
      #expect(TransportKey.match(privateKey: privateKey, publicKey: publicKey) == .differs)
    }
  }
}
