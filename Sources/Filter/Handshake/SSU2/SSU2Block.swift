/// The blocks that a payload is made of, as far as the gate reads or writes them (SSU2
/// specification, payload): type, two bytes of length, content.
enum SSU2Block {
  /// Bytes before a block's content.
  static let headerBytes = 3

  /// The sender's clock, in seconds since 1970.
  static let dateTime: UInt8 = 0
  /// Why a session ends, or does not begin.
  static let termination: UInt8 = 6
  /// The answer of the peer that was to be introduced.
  static let relayResponse: UInt8 = 8
  /// A message of a peer test.
  static let peerTest: UInt8 = 10
  /// The endpoint that the sender sees its peer at.
  static let address: UInt8 = 13
  /// Nothing; the last block.
  static let padding: UInt8 = 254

  /// Content of a DateTime block.
  static let dateTimeContent = 4
  /// A DateTime block.
  static let dateTimeBytes = headerBytes + dateTimeContent
  /// Content of an Address block over IPv4: port and address.
  static let ipv4AddressContent = 2 + 4
  /// Content of an Address block over IPv6.
  static let ipv6AddressContent = 2 + 16
  /// An Address block over IPv4.
  static let ipv4AddressBytes = headerBytes + ipv4AddressContent
  /// An Address block over IPv6.
  static let ipv6AddressBytes = headerBytes + ipv6AddressContent
  /// Content of a Termination block without data of its own: a packet number and the reason.
  static let terminationContent = 8 + 1
  /// A Termination block.
  static let terminationBytes = headerBytes + terminationContent
}

/// Why a router refuses a peer before there is a session (SSU2 specification, termination block).
public enum SSU2RejectionReason {
  /// The router has no room: Java I2P's peers come again without marking it down.
  public static let limits: UInt8 = 19
}
