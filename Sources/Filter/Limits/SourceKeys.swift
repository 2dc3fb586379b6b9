public import Wire

/// The secret hashes under which one source's records are found: its address, its network, and for
/// IPv6 its site. Zero stands for "no such level".
public struct SourceKeys: BitwiseCopyable, Sendable, Equatable {
  /// The whole address (`/32`, `/128`).
  public let address: UInt64
  /// The network (`/24`, `/64`).
  public let network: UInt64
  /// The site (`/48`), IPv6 only.
  public let site: UInt64
}

extension SourceKeys: Sequence {
  /// The keys that stand for a level, from the narrowest.
  public struct Iterator: IteratorProtocol {
    fileprivate var keys: SourceKeys
    fileprivate var level = 0

    /// The next level's key.
    public mutating func next() -> UInt64? {
      level &+= 1
      switch level {
      case 1: return keys.address
      case 2: return keys.network
      case 3: return keys.site == 0 ? nil : keys.site
      default: return nil
      }
    }
  }

  /// Goes through the levels.
  public func makeIterator() -> Iterator {
    Iterator(keys: self)
  }
}

/// Turns addresses into keys with a secret, so that nobody outside can aim at one record.
public struct SourceHasher: ~Copyable {
  private static let ipv4NetworkLength: UInt8 = 24
  private static let ipv6NetworkLength: UInt8 = 64
  private static let ipv6SiteLength: UInt8 = 48

  private let hash: KeyedHash

  /// A hasher with a secret of its own.
  public init() {
    hash = KeyedHash()
  }

  /// The keys of `source`.
  public func keys(_ source: SourceAddress) -> SourceKeys {
    guard source.isIPv4 else {
      return SourceKeys(
        address: key(source, length: 128),
        network: key(source, length: Self.ipv6NetworkLength),
        site: key(source, length: Self.ipv6SiteLength)
      )
    }
    return SourceKeys(
      address: key(source, length: 32),
      network: key(source, length: Self.ipv4NetworkLength),
      site: 0
    )
  }

  /// The hash of a network and its length, so that no two levels share a key. Never zero.
  private func key(_ source: SourceAddress, length: UInt8) -> UInt64 {
    let prefix = SourcePrefix(source, length: length).address
    return hash((prefix.high, prefix.low, UInt64(length))) | 1
  }
}
