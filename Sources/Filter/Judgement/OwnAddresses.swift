public import Wire

/// The addresses of this host, as far as they are known: a few, without references.
public struct OwnAddresses: BitwiseCopyable, Sendable {
  /// Addresses that are kept; a host with more has the others judged like everybody's.
  public static let capacity = 16

  private var addresses: InlineArray<16, SourceAddress>
  private var count: Int

  /// These addresses, the first ones where there are more than are kept.
  public init(_ all: [SourceAddress]) {
    addresses = InlineArray(repeating: SourceAddress(high: 0, low: 0))
    count = min(all.count, Self.capacity)
    for (index, address) in all.prefix(count).enumerated() { addresses[index] = address }
  }

  /// Whether `address` is one of them.
  #if !DEBUG
    @_noLocks
  #endif
  public func contains(_ address: SourceAddress) -> Bool {
    for index in 0..<count where addresses[index] == address { return true }
    return false
  }
}
