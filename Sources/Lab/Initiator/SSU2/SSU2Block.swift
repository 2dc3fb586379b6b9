internal import Wire

/// The blocks inside SSU2's messages (SSU2 specification, payload).
enum SSU2Block: Equatable, Sendable {
  /// Seconds since 1970.
  case dateTime(UInt32)
  /// A router's RouterInfo, whole and not compressed.
  case routerInfo([UInt8])
  /// The end of a session or of an attempt.
  case termination(reason: UInt8)
  /// Packet `through` and the `before` ones below it have come.
  case acknowledgement(through: UInt32, before: UInt8)
  /// Where the receiver is seen.
  case address(Endpoint)
  /// A token for the receiver's next session, until `expires` (seconds since 1970).
  case newToken(expires: UInt32, token: UInt64)
  /// A question that a path must carry back.
  case pathChallenge([UInt8])
  /// The answer to it.
  case pathResponse([UInt8])
  /// Bytes without a meaning.
  case padding(count: Int)
  /// A block that tells nothing about the handshake.
  case other(type: UInt8)

  private static let dateTimeType: UInt8 = 0
  private static let routerInfoType: UInt8 = 2
  private static let terminationType: UInt8 = 6
  private static let acknowledgementType: UInt8 = 12
  private static let addressType: UInt8 = 13
  private static let newTokenType: UInt8 = 17
  private static let pathChallengeType: UInt8 = 18
  private static let pathResponseType: UInt8 = 19
  private static let paddingType: UInt8 = 254

  /// The block for the wire.
  var bytes: [UInt8] {
    switch self {
    case .dateTime(let seconds): Self.block(Self.dateTimeType, BigEndian.bytes(seconds))
    case .routerInfo(let info):
      // Flag: keep it to yourself, plain. Fragment: the first of one.
      Self.block(Self.routerInfoType, [0, 0x01] + info)
    case .termination(let reason):
      Self.block(Self.terminationType, [UInt8](repeating: 0, count: 8) + [reason])
    case .acknowledgement(let through, let before):
      Self.block(Self.acknowledgementType, BigEndian.bytes(through) + [before])
    case .address(let endpoint):
      Self.block(Self.addressType, BigEndian.bytes(endpoint.port) + Self.bytes(endpoint.address))
    case .newToken(let expires, let token):
      Self.block(Self.newTokenType, BigEndian.bytes(expires) + BigEndian.bytes(token))
    case .pathChallenge(let question): Self.block(Self.pathChallengeType, question)
    case .pathResponse(let answer): Self.block(Self.pathResponseType, answer)
    case .padding(let count):
      Self.block(Self.paddingType, [UInt8](repeating: 0, count: count))
    case .other(let type): Self.block(type, [])
    }
  }

  private static func block(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type] + BigEndian.bytes(UInt16(content.count)) + content
  }

  private static func bytes(_ address: SourceAddress) -> [UInt8] {
    address.isIPv4
      ? BigEndian.bytes(address.ipv4)
      : BigEndian.bytes(address.high) + BigEndian.bytes(address.low)
  }
}

extension SSU2Block {
  /// The blocks of a message in order; nil when a length does not fit.
  static func parse(_ payload: [UInt8]) -> [SSU2Block]? {
    var blocks: [SSU2Block] = []
    var reader = ByteReader()
    while reader.offset < payload.count {
      guard let type = reader.readUInt8(payload.span),
        let length = reader.readUInt16(payload.span),
        let range = reader.readRange(payload.span, count: Int(length))
      else { return nil }
      blocks.append(block(type, [UInt8](payload[range])) ?? .other(type: type))
    }
    return blocks
  }

  /// One block from its content; nil when the content is too short for its type.
  private static func block(_ type: UInt8, _ content: [UInt8]) -> SSU2Block? {
    var reader = ByteReader()
    let bytes = content.span
    switch type {
    case dateTimeType: return reader.readUInt32(bytes).map { .dateTime($0) }
    case routerInfoType: return .routerInfo([UInt8](content.dropFirst(2)))
    case terminationType:
      return reader.readUInt64(bytes).flatMap { _ in
        reader.readUInt8(content.span).map { .termination(reason: $0) }
      }
    case acknowledgementType:
      guard let through = reader.readUInt32(bytes), let before = reader.readUInt8(bytes) else {
        return nil
      }
      return .acknowledgement(through: through, before: before)
    case addressType: return address(content)
    case newTokenType:
      guard let expires = reader.readUInt32(bytes), let token = reader.readUInt64(bytes) else {
        return nil
      }
      return .newToken(expires: expires, token: token)
    case pathChallengeType: return .pathChallenge(content)
    case pathResponseType: return .pathResponse(content)
    case paddingType: return .padding(count: content.count)
    default: return nil
    }
  }

  private static func address(_ content: [UInt8]) -> SSU2Block? {
    var reader = ByteReader()
    let bytes = content.span
    guard let port = reader.readUInt16(bytes) else { return nil }
    if content.count == 6, let ipv4 = reader.readUInt32(bytes) {
      return .address(Endpoint(address: SourceAddress(ipv4: ipv4), port: port))
    }
    guard content.count == 18, let high = reader.readUInt64(bytes),
      let low = reader.readUInt64(bytes)
    else { return nil }
    return .address(Endpoint(address: SourceAddress(high: high, low: low), port: port))
  }
}
