internal import Wire

/// What a datagram of SSU2 is for (SSU2 specification, packet types).
enum SSU2MessageType: UInt8, Sendable {
  case sessionRequest = 0
  case sessionCreated = 1
  case sessionConfirmed = 2
  case data = 6
  case peerTest = 7
  case retry = 9
  case tokenRequest = 10
  case holePunch = 11
}

/// The long header of everything before a session, in the clear: 32 bytes.
struct SSU2Header: Equatable, Sendable {
  /// Bytes of it.
  static let byteCount = 32

  /// The identifier that the receiver chose for itself.
  var destination: UInt64
  /// Random; the nonce of what is sealed with an introduction key.
  var packetNumber = UInt32.random(in: .min ... .max)
  /// Which message, as `SSU2MessageType` names them.
  var type: UInt8
  /// The protocol's version: 2, or 3 and 4 in the hybrid forms (I2P proposal 169).
  var version: UInt8 = 2
  /// The network.
  var networkIdentifier: UInt8
  /// Not used so far.
  var flags: UInt8 = 0
  /// The identifier that the sender chose for itself.
  var source: UInt64
  /// Proof that the sender gets what is sent to its address; zero where there is none.
  var token: UInt64

  /// The header for the wire, before its mask.
  var bytes: [UInt8] {
    BigEndian.bytes(destination) + BigEndian.bytes(packetNumber)
      + [type, version, networkIdentifier, flags]
      + BigEndian.bytes(source) + BigEndian.bytes(token)
  }
}

extension SSU2Header {
  /// A header of one of the known types.
  init(
    _ type: SSU2MessageType,
    to destination: UInt64,
    from source: UInt64,
    token: UInt64,
    networkIdentifier: UInt8
  ) {
    self.init(
      destination: destination,
      type: type.rawValue,
      networkIdentifier: networkIdentifier,
      source: source,
      token: token
    )
  }

  /// Reads the header at the start of an unmasked datagram; nil when it is shorter.
  init?(_ datagram: [UInt8]) {
    var reader = ByteReader()
    let bytes = datagram.span
    guard let destination = reader.readUInt64(bytes), let number = reader.readUInt32(bytes),
      let type = reader.readUInt8(bytes), let version = reader.readUInt8(bytes),
      let network = reader.readUInt8(bytes), let flags = reader.readUInt8(bytes),
      let source = reader.readUInt64(bytes), let token = reader.readUInt64(bytes)
    else { return nil }
    self.init(
      destination: destination,
      packetNumber: number,
      type: type,
      version: version,
      networkIdentifier: network,
      flags: flags,
      source: source,
      token: token
    )
  }
}

/// The short header of a session's datagrams, in the clear: 16 bytes.
struct SSU2ShortHeader: Equatable, Sendable {
  /// Bytes of it.
  static let byteCount = 16

  /// The identifier that the receiver chose for itself.
  var destination: UInt64
  /// Counts a session's datagrams; the nonce of their seal. Zero in SessionConfirmed.
  var packetNumber: UInt32
  /// Which message, as `SSU2MessageType` names them.
  var type: UInt8
  /// SessionConfirmed: number of the fragment above number of fragments, four bits each. Data: bit
  /// 0 asks for an acknowledgement at once.
  var flags: UInt8

  /// The header for the wire, before its mask.
  var bytes: [UInt8] {
    BigEndian.bytes(destination) + BigEndian.bytes(packetNumber) + [type, flags, 0, 0]
  }
}

extension SSU2ShortHeader {
  /// Reads the header at the start of an unmasked datagram; nil when it is shorter.
  init?(_ datagram: [UInt8]) {
    var reader = ByteReader()
    let bytes = datagram.span
    guard let destination = reader.readUInt64(bytes), let number = reader.readUInt32(bytes),
      let type = reader.readUInt8(bytes), let flags = reader.readUInt8(bytes),
      reader.readUInt16(bytes) != nil
    else { return nil }
    self.init(destination: destination, packetNumber: number, type: type, flags: flags)
  }
}
