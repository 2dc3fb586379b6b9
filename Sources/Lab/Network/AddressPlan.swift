import Wire

/// Who has which address in a lab: public-looking ones, since routers refuse reserved ranges.
///
/// One IPv4 /16 and one IPv6 /48 for each host, so that no two hosts look like one site.
/// i2pd: `IsInReservedRange` leaves 11.0.0.0/8 and 2a0d::/16 alone, but refuses 2001:db8::/32.
enum AddressPlan {
  /// Hosts beside the world: their second byte stays below the world's.
  static let hostsMax = 60

  /// The second byte of the world's own addresses.
  static let worldNumber = 63

  /// The address of host `number`, from 1: 11.NUMBER.0.1.
  static func ipv4(host number: Int) -> SourceAddress {
    SourceAddress(ipv4: 11 << 24 | UInt32(number) << 16 | 1)
  }

  /// The address of host `number`: 2a0d:5d00:NUMBER::1.
  static func ipv6(host number: Int) -> SourceAddress {
    SourceAddress(high: 0x2a0d_5d00_0000_0000 | UInt64(number) << 16, low: 1)
  }

  /// What host `number` has as its way to all others: the hub's address on the same wire.
  static func hubIPv4(host number: Int) -> SourceAddress {
    SourceAddress(ipv4: 11 << 24 | UInt32(number) << 16 | 254)
  }

  /// The hub's IPv6 address on the wire of host `number`.
  static func hubIPv6(host number: Int) -> SourceAddress {
    SourceAddress(high: 0x2a0d_5d00_0000_0000 | UInt64(number) << 16, low: 254)
  }

  /// Any of these is an address of the world: 4,194,304 sources.
  static let worldSourcesIPv4 = "11.64.0.0/10"
  /// Any of these as well.
  static let worldSourcesIPv6 = "2a0d:5e00::/32"

  /// How many IPv4 sources the world has.
  static let worldSourceCount: UInt32 = 1 << 22

  /// The world's source number `index`, repeating after `worldSourceCount`: 11.64.0.0 and on.
  static func worldSource(_ index: UInt32) -> SourceAddress {
    SourceAddress(ipv4: 11 << 24 | 64 << 16 | index % worldSourceCount)
  }

  /// The world's IPv6 source number `index`, every one in a /64 of its own.
  static func worldSourceIPv6(_ index: UInt32) -> SourceAddress {
    SourceAddress(high: 0x2a0d_5e00_0000_0000 | UInt64(index), low: 1)
  }
}
