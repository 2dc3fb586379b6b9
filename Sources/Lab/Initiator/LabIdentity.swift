internal import Filter
internal import Wire

/// A router identity made for the lab: Ed25519 for signatures, X25519 for encryption and for NTCP2.
struct LabIdentity: Sendable {
  /// Bytes of the identity: two key fields and a certificate that names their types.
  static let length = 391

  /// The RouterIdentity, 391 bytes.
  let bytes: [UInt8]
  /// The router's static X25519 key for NTCP2, private and public.
  let staticPrivateKey: [UInt8]
  /// The public half, published as `s`.
  let staticPublicKey: [UInt8]
  /// The initialisation vector, published as `i` with an address.
  let initializationVector: [UInt8]
  /// The identity's own X25519 private key.
  let encryptionPrivateKey: [UInt8]
  /// The seed of the signing key.
  let signingSeed: [UInt8]
  private let signingSecretKey: [UInt8]

  /// A fresh identity.
  init() {
    signingSeed = Primitives.randomBytes(32)
    encryptionPrivateKey = Primitives.randomBytes(32)
    staticPrivateKey = Primitives.randomBytes(32)
    staticPublicKey = Primitives.publicKey(of: staticPrivateKey)
    initializationVector = Primitives.randomBytes(16)
    let signing = Primitives.signingKeys(seed: signingSeed)
    signingSecretKey = signing.secretKey
    // Certificate type 5 (key), length 4: Ed25519 signatures (7), X25519 encryption (4).
    let certificate: [UInt8] = [5, 0, 4, 0, 7, 0, 4]
    bytes =
      Primitives.publicKey(of: encryptionPrivateKey) + Primitives.randomBytes(256 - 32)
      + Primitives.randomBytes(128 - 32) + signing.publicKey + certificate
  }

  /// SHA-256 of the identity: the router's name on the network.
  var hash: [UInt8] { Primitives.sha256(bytes) }

  /// The Ed25519 signature of this identity under `message`, 64 bytes.
  func sign(_ message: [UInt8]) -> [UInt8] {
    Primitives.sign(message, secretKey: signingSecretKey)
  }

  /// What an initiator must know to call this identity at `endpoint`.
  func facts(at endpoint: Endpoint?, networkIdentifier: UInt8) -> RouterFacts {
    RouterFacts(
      hash: hash,
      staticKey: staticPublicKey,
      initializationVector: initializationVector,
      endpoint: endpoint,
      networkIdentifier: networkIdentifier
    )
  }

  /// A signed RouterInfo.
  ///
  /// - Parameters:
  ///   - published: the NTCP2 address to publish; nil: the key alone, as a firewalled router does.
  ///   - networkIdentifier: the network to claim.
  ///   - wallSeconds: when it was made, seconds since 1970.
  ///   - hybrid: the hybrid form to publish as `pq` (I2P proposal 169); nil: none.
  /// - Returns: the RouterInfo, its Ed25519 signature last.
  func routerInfo(
    published: Endpoint?,
    networkIdentifier: UInt8,
    wallSeconds: UInt64,
    hybrid: HybridForm? = nil
  ) -> [UInt8] {
    var address = ["v": "2", "s": I2PBase64.encode(staticPublicKey.span)]
    if let hybrid { address["pq"] = "\(hybrid.rawValue)" }
    if let published {
      address["host"] = "\(published.address)"
      address["port"] = "\(published.port)"
      address["i"] = I2PBase64.encode(initializationVector.span)
    } else {
      // Without a host, the capability is what tells the address family (i2pd: GetNTCP2V4Address).
      address["caps"] = "4"
    }
    let options = [
      "caps": published == nil ? "LU" : "LR",
      "netId": "\(networkIdentifier)",
      "router.version": "0.9.57",
    ]
    var info = bytes + BigEndian.bytes(wallSeconds &* 1000)
    info += [1, 10] + [UInt8](repeating: 0, count: 8)
    info += Self.text("NTCP2") + Self.mapping(address)
    info += [0] + Self.mapping(options)
    return info + sign(info)
  }

  private static func text(_ value: String) -> [UInt8] {
    precondition(value.utf8.count < 256, "a string of a RouterInfo has under 256 bytes")
    return [UInt8(value.utf8.count)] + [UInt8](value.utf8)
  }

  private static func mapping(_ options: [String: String]) -> [UInt8] {
    var pairs: [UInt8] = []
    for (key, value) in options.sorted(by: { $0.key < $1.key }) {
      pairs += text(key) + [UInt8(ascii: "=")] + text(value) + [UInt8(ascii: ";")]
    }
    return BigEndian.bytes(UInt16(pairs.count)) + pairs
  }
}
