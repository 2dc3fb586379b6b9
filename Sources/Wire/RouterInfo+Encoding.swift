extension RouterInfo {
  /// The bytes that a router signs, built from their parts; the signature goes behind them.
  ///
  /// Texts may have up to 255 bytes, a mapping up to 65,535: more is the caller's mistake.
  public static func encodeSignedPart(
    identity: [UInt8],
    publishedMilliseconds: UInt64,
    addresses: [RouterAddress],
    peerHashes: [UInt8] = [],
    options: RouterOptions
  ) -> [UInt8] {
    precondition(addresses.count <= UInt8.max, "the number of addresses is one byte")
    precondition(peerHashes.count % 32 == 0, "a peer's hash has 32 bytes")
    var bytes = identity
    append(publishedMilliseconds, to: &bytes)
    bytes.append(UInt8(addresses.count))
    for address in addresses {
      bytes.append(address.cost)
      append(address.expirationMilliseconds, to: &bytes)
      append(address.styleName, to: &bytes)
      append(address.options, to: &bytes)
    }
    bytes.append(UInt8(peerHashes.count / 32))
    bytes += peerHashes
    append(options, to: &bytes)
    return bytes
  }

  private static func append(_ value: UInt64, to bytes: inout [UInt8]) {
    for shift in stride(from: UInt64(56), through: 0, by: -8) {
      bytes.append(UInt8(truncatingIfNeeded: value >> shift))
    }
  }

  private static func append(_ text: String, to bytes: inout [UInt8]) {
    let characters = text.utf8
    precondition(characters.count <= UInt8.max, "a text has at most 255 bytes")
    bytes.append(UInt8(characters.count))
    bytes += characters
  }

  private static func append(_ options: RouterOptions, to bytes: inout [UInt8]) {
    var mapping: [UInt8] = []
    for pair in options.pairs {
      append(pair.key, to: &mapping)
      mapping.append(UInt8(ascii: "="))
      append(pair.value, to: &mapping)
      mapping.append(UInt8(ascii: ";"))
    }
    precondition(mapping.count <= UInt16.max, "a mapping has at most 65,535 bytes")
    bytes.append(UInt8(truncatingIfNeeded: mapping.count >> 8))
    bytes.append(UInt8(truncatingIfNeeded: mapping.count))
    bytes += mapping
  }
}
