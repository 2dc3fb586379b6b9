import CSodium
import Testing
import Wire

@testable import Filter

/// Keys of sources: which levels an address has, and that only the holder of the secret knows them.
@Suite struct SourceHasherTests {
  private func keys(_ hasher: borrowing SourceHasher, _ text: String) throws -> SourceKeys {
    hasher.keys(try #require(SourceAddress(text)))
  }

  private func levels(_ keys: SourceKeys) -> [UInt64] {
    [keys.address, keys.network, keys.site].filter { $0 != 0 }
  }

  @Test func ipv4HasAddressAndNetwork() throws {
    let hasher = SourceHasher()
    // The first and the last address of a network, and the last of the one before it.
    let one = try keys(hasher, "203.0.113.0")
    let neighbour = try keys(hasher, "203.0.113.255")
    let stranger = try keys(hasher, "203.0.112.255")
    #expect(one == (try keys(hasher, "203.0.113.0")))
    #expect(one.address != neighbour.address)
    #expect(one.network == neighbour.network)
    #expect(one.network != stranger.network)
    #expect(one.site == 0)
    #expect(levels(one) == [one.address, one.network])
  }

  @Test func ipv6HasAddressNetworkAndSite() throws {
    let hasher = SourceHasher()
    let one = try keys(hasher, "2001:db8:1:2::7")
    let neighbour = try keys(hasher, "2001:db8:1:2:ffff:ffff:ffff:ffff")
    let sameSite = try keys(hasher, "2001:db8:1:ffff::7")
    let nextNetwork = try keys(hasher, "2001:db8:1:3::7")
    let stranger = try keys(hasher, "2001:db8:0:2::7")
    #expect(one.address != neighbour.address)
    #expect(one.network == neighbour.network)
    #expect(one.network != nextNetwork.network)
    #expect(one.site == sameSite.site)
    #expect(one.site != stranger.site)
    #expect(levels(one) == [one.address, one.network, one.site])
  }

  @Test func levelsNeverShareAKey() throws {
    let hasher = SourceHasher()
    for text in ["2001:db8::", "::", "0.0.0.0", "10.0.0.0"] {
      let keys = try keys(hasher, text)
      #expect(Set(levels(keys)).count == levels(keys).count, "\(text)")
      #expect(keys.address != 0 && keys.network != 0, "\(text)")
    }
  }

  @Test func stacksAndPassagesOfAnAddressHaveKeysOfTheirOwn() throws {
    let hasher = SourceHasher()
    let source = try #require(SourceAddress("203.0.113.7"))
    let address = hasher.keys(source).address
    let all = [
      address, hasher.key(source, stack: 1), hasher.key(source, stack: 2),
      hasher.key(address: address, .apart), hasher.key(address: address, .shared),
    ]
    #expect(Set(all).count == all.count && !all.contains(0))
  }

  @Test func everyHasherHasASecretOfItsOwn() throws {
    let one = SourceHasher()
    let other = SourceHasher()
    for text in ["203.0.113.7", "2001:db8::1"] {
      let (left, right) = (try keys(one, text), try keys(other, text))
      #expect(left.address != right.address)
      #expect(left.network != right.network)
    }
  }
}

/// Guarded memory and the mask.
@Suite struct SecretTests {
  @Test func aCopyHasTheSameBytesInItsOwnMemory() {
    var bytes: [UInt8] = (1...32).map { $0 }
    let secret = SecretBytes(moving: &bytes)
    #expect(bytes == [UInt8](repeating: 0, count: 32), "the original was not wiped")
    let copy = secret.copy()
    let places = (secret.bytes, copy.bytes)
    #expect(places.0 != places.1)
    #expect(copy.count == 32)
    secret.bytes[0] = 99
    let held = (0..<32).map { copy.bytes[$0] }
    #expect(held == (1...32).map { $0 })
  }

  @Test func randomSecretsDiffer() {
    let one = SecretBytes(randomCount: 32)
    let other = SecretBytes(randomCount: 32)
    let isSame = sodium_memcmp(one.bytes, other.bytes, 32) == 0
    #expect(!isSame)
    let zeroed = SecretBytes(zeroedCount: 48)
    let isZero = sodium_is_zero(zeroed.bytes, 48) == 1
    #expect(isZero)
  }

  @Test func theMaskComesOffTimeAndAgain() {
    let mask = KeyMask(routerHash: PlainRouter.hash, initializationVector: PlainRouter.vector)
    var generator = SeededGenerator(seed: 3)
    for round in 0..<100 {
      let key = (0..<32).map { _ in UInt8.random(in: 0...255, using: &generator) }
      let masked = Plain.mask(key)
      var open = [UInt8](repeating: 0, count: 32)
      mask.unmask(masked, into: &open)
      #expect(open == key, "round \(round)")
    }
    var known = [UInt8](repeating: 0, count: 32)
    mask.unmask(NTCP2VectorTests.classic, into: &known)
    #expect(known == hex("ff2ee45601ec1b67310c7790404585ae697331eee1c1f8cf2419731c1fff3e6b"))
  }

  @Test func anotherHashOrVectorGivesAnotherKey() {
    var key = [UInt8](repeating: 0, count: 32)
    let expected = hex("ff2ee45601ec1b67310c7790404585ae697331eee1c1f8cf2419731c1fff3e6b")
    var wrong = PlainRouter.hash
    wrong[31] ^= 1
    KeyMask(routerHash: wrong, initializationVector: PlainRouter.vector)
      .unmask(NTCP2VectorTests.classic, into: &key)
    #expect(key != expected)
    wrong = PlainRouter.vector
    wrong[15] ^= 1
    KeyMask(routerHash: PlainRouter.hash, initializationVector: wrong)
      .unmask(NTCP2VectorTests.classic, into: &key)
    #expect(key != expected)
  }
}
