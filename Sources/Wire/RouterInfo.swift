/// What a router publishes of itself: identity, addresses, options, signature (common structures
/// specification; the raw bytes of a router's own `router.info`).
///
/// Parsing checks the form alone. Nothing in it may be believed before the signature was verified.
public struct RouterInfo: Sendable, Equatable {
  /// The most bytes that are looked at. i2pd refuses RouterInfos above 3072 bytes.
  public static let maximumBytes = 4_096

  /// The bytes it was read from.
  public let bytes: [UInt8]
  /// The layout of the identity, which starts at byte 0.
  public let identity: RouterIdentity
  /// Milliseconds since 1970 at which the router published this.
  public let publishedMilliseconds: UInt64
  /// The ways in, in the order of the bytes.
  public let addresses: [RouterAddress]
  /// Where hashes of peers stand, 32 bytes each; routers write none.
  public let peerHashRange: Range<Int>
  /// What the router says of itself.
  public let options: RouterOptions
  /// The bytes that the signature covers.
  public let signedRange: Range<Int>
  /// The signature, which ends the bytes; 64 of them for Ed25519.
  public let signatureRange: Range<Int>

  /// Reads `bytes`, all of them.
  ///
  /// - Throws: Where the bytes stop being a RouterInfo, and what should have stood there.
  public init(_ bytes: [UInt8]) throws(RouterInfoFault) {
    guard bytes.count <= Self.maximumBytes else {
      throw RouterInfoFault(offset: Self.maximumBytes, expected: .boundedSize)
    }
    var parser = RouterInfoParser(bytes)
    identity = try parser.identity()
    publishedMilliseconds = try parser.publicationTime()
    addresses = try parser.addresses()
    peerHashRange = try parser.peerHashes()
    options = try parser.options()
    signedRange = 0..<parser.offset
    signatureRange = try parser.signature(of: identity)
    self.bytes = bytes
  }

  /// The router's `netId`, the network it belongs to; nil when absent or no such number.
  public var networkIdentifier: UInt8? { options.number("netId") }

  /// The router's `router.version` as written.
  public var version: String? { options["router.version"] }

  /// The addresses at which peers find `transport`: with host, port and `i`, which is NTCP2's
  /// initialisation vector or SSU2's introduction key. A host that is a name counts, since peers
  /// that resolve it come to the same port.
  public func publishedAddresses(_ transport: Transport) -> [RouterAddress] {
    addresses.filter { address in
      address.speaks(transport) && address.options["i"] != nil && address.options["host"] != nil
        && address.options["port"] != nil
    }
  }

  /// The addresses at which peers find NTCP2.
  public var publishedNTCP2Addresses: [RouterAddress] { publishedAddresses(.ntcp2) }

  /// The addresses at which peers find SSU2.
  public var publishedSSU2Addresses: [RouterAddress] { publishedAddresses(.ssu2) }
}
