public import Wire

/// Turns addresses, endpoints, tokens and sessions into keys with a secret, so that nobody outside
/// can aim at one record.
public struct SourceHasher: ~Copyable, Sendable {
  private static let ipv4NetworkLength: UInt8 = 24
  private static let ipv6NetworkLength: UInt8 = 64
  private static let ipv6SiteLength: UInt8 = 48
  // What tells kinds of keys apart: above every prefix length and every port.
  private static let endpointMark: UInt64 = 1 << 16
  private static let sessionMark: UInt64 = 1 << 17
  private static let stackMark: UInt64 = 1 << 18
  private static let passageMark: UInt64 = 1 << 19

  private let hash: KeyedHash

  /// A hasher with a secret of its own.
  public init() {
    hash = KeyedHash()
  }

  /// A hasher with the secret at `original`, which is copied.
  init(copying original: UnsafePointer<UInt8>) {
    unsafe hash = KeyedHash(copying: original)
  }

  /// Where the secret lies, while this value lives.
  var secret: UnsafePointer<UInt8> { unsafe hash.bytes }

  /// The key of `source` itself, as in its keys.
  func key(of source: SourceAddress) -> UInt64 {
    key(source, length: source.isIPv4 ? 32 : 128)
  }

  /// The keys of `source`.
  public func keys(_ source: SourceAddress) -> SourceKeys {
    let address = key(of: source)
    guard source.isIPv4 else {
      return SourceKeys(
        address: address,
        network: key(source, length: Self.ipv6NetworkLength),
        site: key(source, length: Self.ipv6SiteLength)
      )
    }
    return SourceKeys(
      address: address,
      network: key(source, length: Self.ipv4NetworkLength),
      site: 0
    )
  }

  /// The key of an address and port. Never zero.
  public func key(_ endpoint: Endpoint) -> UInt64 {
    let address = endpoint.address
    return hash((address.high, address.low, Self.endpointMark | UInt64(endpoint.port))) | 1
  }

  /// The key of a token that was sent to `endpoint`. Never zero.
  func key(_ endpoint: Endpoint, token: UInt64) -> UInt64 {
    let address = endpoint.address
    let port = Self.endpointMark | UInt64(endpoint.port)
    return hash((address.high, address.low, port, token)) | 1
  }

  /// The key of a session's destination connection identifier. Never zero.
  func key(session identifier: UInt64) -> UInt64 {
    hash((identifier, UInt64(0), Self.sessionMark)) | 1
  }

  /// The key of a stack at an address, by the hash of its SYN. Never zero.
  func key(_ source: SourceAddress, stack: UInt32) -> UInt64 {
    hash((source.high, source.low, Self.stackMark, UInt64(stack))) | 1
  }

  /// The key of the account of a passage at the address with this key. Never zero.
  func key(address: UInt64, _ passage: SourcePassage) -> UInt64 {
    hash((address, UInt64(passage.rawValue), Self.passageMark)) | 1
  }

  /// The hash of a network and its length, so that no two levels share a key. Never zero.
  private func key(_ source: SourceAddress, length: UInt8) -> UInt64 {
    let prefix = SourcePrefix(source, length: length).address
    return hash((prefix.high, prefix.low, UInt64(length))) | 1
  }
}
