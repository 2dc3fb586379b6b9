internal import Wire

/// A router identity made for the lab, with its keys for SSU2: each transport has keys of its own.
struct SSU2Identity: Sendable {
  /// Who signs.
  let router = LabIdentity()
  /// The static X25519 key for SSU2, private half.
  let staticPrivateKey = Primitives.randomBytes(32)
  /// The introduction key, published as `i`.
  let introductionKey = Primitives.randomBytes(32)

  /// The public half of the static key, published as `s`.
  var staticPublicKey: [UInt8] { Primitives.publicKey(of: staticPrivateKey) }

  /// What an initiator must know to call this identity at `endpoint`.
  func facts(at endpoint: Endpoint?, networkIdentifier: UInt8) -> SSU2RouterFacts {
    SSU2RouterFacts(
      hash: router.hash,
      staticKey: staticPublicKey,
      introductionKey: introductionKey,
      endpoint: endpoint,
      networkIdentifier: networkIdentifier
    )
  }

  /// A signed RouterInfo with an SSU2 address.
  ///
  /// - Parameters:
  ///   - published: the SSU2 address to publish; nil: the keys alone, as a firewalled router does.
  ///   - isIPv6: for which family keys without an address are.
  ///   - networkIdentifier: the network to claim.
  ///   - wallSeconds: when it was made, seconds since 1970.
  /// - Returns: the RouterInfo, its Ed25519 signature last.
  func routerInfo(
    published: Endpoint?,
    isIPv6: Bool = false,
    networkIdentifier: UInt8,
    wallSeconds: UInt64
  ) -> [UInt8] {
    var address = [
      // Without a host, the capability is what tells the address family.
      "caps": published == nil ? (isIPv6 ? "6" : "4") : "BC",
      "i": I2PBase64.encode(introductionKey.span),
      "s": I2PBase64.encode(staticPublicKey.span),
      "v": "2",
    ]
    if let published {
      address["host"] = "\(published.address)"
      address["port"] = "\(published.port)"
    }
    let info = RouterInfo.encodeSignedPart(
      identity: router.bytes,
      publishedMilliseconds: wallSeconds &* 1000,
      addresses: [
        RouterAddress(cost: 5, styleName: "SSU2", options: Self.options(address))
      ],
      options: Self.options([
        "caps": published == nil ? "LU" : "LR",
        "netId": "\(networkIdentifier)",
        "router.version": "0.9.57",
      ])
    )
    return info + router.sign(info)
  }

  private static func options(_ values: [String: String]) -> RouterOptions {
    RouterOptions(
      values.sorted { $0.key < $1.key }.map { RouterOptions.Pair(key: $0.key, value: $0.value) }
    )
  }
}
