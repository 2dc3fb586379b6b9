/// A network: the leading bits of an address.
///
/// Lengths count from the start of the family's own address, so an IPv4 host is `/32`.
public struct SourcePrefix: Hashable, Sendable, BitwiseCopyable {
  /// The first address of the network.
  public let address: SourceAddress
  /// Leading bits that count: 0...32 for IPv4, 0...128 for IPv6.
  public let length: UInt8

  /// The network of `length` bits that holds `address`; lengths past the family's end are clamped.
  @_noLocks
  public init(_ address: SourceAddress, length: UInt8) {
    let familyLength: UInt8 = address.isIPv4 ? 32 : 128
    let clamped = length < familyLength ? length : familyLength
    let bits = address.isIPv4 ? UInt64(clamped) &+ 96 : UInt64(clamped)
    let highBits = bits < 64 ? bits : 64
    let lowBits = bits &- highBits
    self.length = clamped
    self.address = SourceAddress(
      high: address.high & Self.mask(highBits),
      low: address.low & Self.mask(lowBits)
    )
  }

  @_noLocks
  private static func mask(_ bits: UInt64) -> UInt64 {
    bits == 0 ? 0 : UInt64.max << (64 &- bits)
  }

  /// Whether `other` lies in this network.
  @_noLocks
  public func contains(_ other: SourceAddress) -> Bool {
    other.isIPv4 == address.isIPv4 && SourcePrefix(other, length: length).address == address
  }

  /// Whether this is a single address.
  public var isAddress: Bool { length == (address.isIPv4 ? 32 : 128) }

  /// Whether all of `other` lies in this network.
  public func contains(_ other: SourcePrefix) -> Bool {
    length <= other.length && contains(other.address)
  }

  /// Whether the networks have an address in common.
  public func overlaps(_ other: SourcePrefix) -> Bool {
    contains(other) || other.contains(self)
  }
}

extension SourcePrefix: CustomStringConvertible {
  /// `address/length`.
  public var description: String { "\(address)/\(length)" }

  /// The same for people: of a single address nothing but that.
  public var name: String { isAddress ? "\(address)" : description }

  /// Reads `address/length`, or a bare address as a network of one host; nil for anything else,
  /// also for a network written with host bits set.
  public init?(_ text: some StringProtocol) {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count <= 2, let first = parts.first, let address = SourceAddress(first) else {
      return nil
    }
    let familyLength: UInt8 = address.isIPv4 ? 32 : 128
    guard parts.count == 2 else {
      self.init(address, length: familyLength)
      return
    }
    guard let length = UInt8(parts[1]), length <= familyLength else { return nil }
    self.init(address, length: length)
    guard self.address == address else { return nil }
  }
}
