public import Wire

/// Bounds of SSU2's datagrams, in bytes (SSU2 specification; proposal 169 for versions 3 and 4).
public enum SSU2Bounds {
  /// The shortest datagram of any kind.
  public static let shortestDatagram = 40
  /// The longest datagram of any kind: what an MTU of 1,500 leaves over IPv4.
  public static let longestDatagram = 1_472
  /// The longest datagram over IPv6.
  public static let longestIPv6Datagram = 1_452
  /// The shortest TokenRequest, Retry, PeerTest or HolePunch: header, eight bytes, tag.
  public static let shortestSealed = SSU2LongHeader.bytes + shortestPayload + tag
  /// The longest Retry that the gate writes.
  public static let longestRetry =
    SSU2LongHeader.bytes + SSU2Block.dateTimeBytes + SSU2Block.ipv6AddressBytes
    + SSU2Block.terminationBytes + SSU2Block.headerBytes + longestRetryPadding + tag

  /// A Poly1305 tag.
  static let tag = 16
  /// An X25519 key.
  static let key = 32
  /// The shortest payload of any packet.
  static let shortestPayload = 8
  /// The longest payload of a sealed packet.
  static let longestPayload = longestDatagram - SSU2LongHeader.bytes - tag
  /// The most padding of a Retry: i2pd and Java I2P draw 0 to 31.
  static let longestRetryPadding = 31

  /// The longest datagram that a peer at `address` can send without fragments.
  public static func longestDatagram(from address: SourceAddress) -> Int {
    address.isIPv4 ? longestDatagram : longestIPv6Datagram
  }

  /// The shortest SessionRequest of a version; a hybrid one also carries an encapsulation key.
  public static func shortestSessionRequest(version: UInt8) -> Int {
    let classic = SSU2LongHeader.bytes + key + shortestPayload + tag
    switch version {
    case 3: return classic + 800 + tag
    case 4: return classic + 1_184 + tag
    default: return classic
    }
  }

  /// The longest answer to a question of `requestBytes` from `address`, so that nobody's traffic is
  /// multiplied by the gate: 1.15 times as much over IPv4, 1.4 over IPv6. That is just enough for
  /// the shortest Retry to the shortest TokenRequest (64 and 76 bytes to 56).
  public static func longestAnswer(to requestBytes: Int, from address: SourceAddress) -> Int {
    let request = min(max(requestBytes, 0), longestDatagram)
    return address.isIPv4 ? request &* 23 / 20 : request &* 7 / 5
  }
}
