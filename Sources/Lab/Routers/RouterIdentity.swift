import CSodium

/// The hash by which routers and destinations are known, read from the files of a router.
struct RouterIdentity: Hashable, Sendable {
  /// SHA-256 of the identity.
  let hash: [UInt8]

  /// Reads the identity at the start of `bytes` (a router.info, or the keys of a destination);
  /// nil when they are too short.
  ///
  /// I2P common structures: 384 bytes of keys, then a certificate: type, length in two bytes, data.
  init?(startOf bytes: [UInt8]) {
    guard bytes.count >= 387 else { return nil }
    let length = 387 + Int(bytes[385]) << 8 + Int(bytes[386])
    guard bytes.count >= length else { return nil }
    var digest = [UInt8](repeating: 0, count: Int(crypto_hash_sha256_BYTES))
    unsafe crypto_hash_sha256(&digest, bytes, UInt64(length))
    hash = digest
  }

  /// The hash in I2P's alphabet of base 64, 44 characters.
  var base64: String {
    Self.encode(hash, bitsPerCharacter: 6, alphabet: Self.alphabet64) + "="
  }

  /// The name of a destination: `....b32.i2p`.
  var base32Name: String {
    Self.encode(hash, bitsPerCharacter: 5, alphabet: Self.alphabet32) + ".b32.i2p"
  }

  /// Where a router keeps the router.info of this peer, below its own directory.
  var pathInNetDb: String {
    "netDb/r\(base64.prefix(1))/routerInfo-\(base64).dat"
  }

  private static let alphabet64 = Array(
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-~"
  )
  private static let alphabet32 = Array("abcdefghijklmnopqrstuvwxyz234567")

  private static func encode(
    _ bytes: [UInt8],
    bitsPerCharacter: Int,
    alphabet: [Character]
  ) -> String {
    var text = ""
    var pending = 0
    var bits = 0
    for byte in bytes {
      pending = (pending << 8 | Int(byte)) & 0xffff
      bits += 8
      while bits >= bitsPerCharacter {
        bits -= bitsPerCharacter
        text.append(alphabet[(pending >> bits) & (alphabet.count - 1)])
      }
    }
    if bits > 0 {
      text.append(alphabet[(pending << (bitsPerCharacter - bits)) & (alphabet.count - 1)])
    }
    return text
  }
}
