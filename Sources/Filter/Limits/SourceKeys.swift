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
