/// The header of a packet outside of a session, unmasked (SSU2 specification, long header, 32
/// bytes). Numbers are big-endian on the wire.
public struct SSU2LongHeader: BitwiseCopyable, Sendable, Equatable {
  /// Bytes of a long header.
  static let bytes = 32

  /// The connection identifier that the receiver knows this exchange by.
  public let destinationIdentifier: UInt64
  /// Random in long headers; makes the nonce of what is sealed.
  public let packetNumber: UInt32
  /// The kind of packet.
  public let type: SSU2PacketType
  /// The version of SSU2; an answer has that of its question.
  public let version: UInt8
  /// The network.
  public let networkIdentifier: UInt8
  /// Zero today; receivers must not look at it.
  public let flags: UInt8
  /// The connection identifier that the sender wants to be answered under.
  public let sourceIdentifier: UInt64
  /// What shows that the sender owns its address; zero when it has none.
  public let token: UInt64

  /// A header of these parts.
  public init(
    destinationIdentifier: UInt64,
    packetNumber: UInt32,
    type: SSU2PacketType,
    version: UInt8,
    networkIdentifier: UInt8,
    flags: UInt8 = 0,
    sourceIdentifier: UInt64,
    token: UInt64
  ) {
    self.destinationIdentifier = destinationIdentifier
    self.packetNumber = packetNumber
    self.type = type
    self.version = version
    self.networkIdentifier = networkIdentifier
    self.flags = flags
    self.sourceIdentifier = sourceIdentifier
    self.token = token
  }

  /// The second word: what kind of packet this is.
  var kind: SSU2KindWord {
    SSU2KindWord(
      word: UInt64(packetNumber) << 32 | UInt64(type.rawValue) << 24 | UInt64(version) << 16
        | UInt64(networkIdentifier) << 8 | UInt64(flags)
    )
  }
}

/// The second eight bytes of a header, as a big-endian number: enough to know a datagram that is
/// none of ours.
struct SSU2KindWord: BitwiseCopyable {
  /// All eight bytes.
  let word: UInt64

  /// The packet number.
  var packetNumber: UInt32 { UInt32(truncatingIfNeeded: word >> 32) }
  /// The type byte, of whatever meaning.
  var type: UInt8 { UInt8(truncatingIfNeeded: word >> 24) }
  /// The version byte.
  var version: UInt8 { UInt8(truncatingIfNeeded: word >> 16) }
  /// The network byte.
  var networkIdentifier: UInt8 { UInt8(truncatingIfNeeded: word >> 8) }
  /// The flags byte.
  var flags: UInt8 { UInt8(truncatingIfNeeded: word) }
}
