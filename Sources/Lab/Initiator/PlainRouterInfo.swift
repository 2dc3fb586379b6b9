internal import Wire

/// The parts of a RouterInfo that an initiator needs, without a check of its signature
/// (I2P common structures, RouterInfo).
struct PlainRouterInfo {
  /// One way to reach the router.
  struct Address {
    /// The transport, `NTCP2` or `SSU2`.
    var style: String
    /// The address's options; of a repeated key the last counts.
    var options: [String: String]
  }

  /// The RouterIdentity as it stands in the file; its SHA-256 is the router's hash.
  let identity: [UInt8]
  /// The addresses in the file's order.
  let addresses: [Address]
  /// The router's own options, `caps`, `netId`, `router.version`.
  let options: [String: String]

  /// Parses `bytes`; nil when they end early or a length does not fit.
  init?(_ bytes: [UInt8]) {
    let span = bytes.span
    var reader = ByteReader(at: 385)
    guard let certificateLength = reader.readUInt16(span) else { return nil }
    let identityLength = 387 + Int(certificateLength)
    guard identityLength <= bytes.count else { return nil }
    identity = [UInt8](bytes.prefix(identityLength))
    reader = ByteReader(at: identityLength)
    guard reader.readUInt64(span) != nil, let addressCount = reader.readUInt8(span) else {
      return nil
    }
    var addresses: [Address] = []
    for _ in 0..<addressCount {
      guard reader.readUInt8(span) != nil, reader.readUInt64(span) != nil,
        let style = Self.text(&reader, bytes), let options = Self.mapping(&reader, bytes)
      else { return nil }
      addresses.append(Address(style: style, options: options))
    }
    guard let peerCount = reader.readUInt8(span),
      reader.readRange(span, count: 32 * Int(peerCount)) != nil,
      let options = Self.mapping(&reader, bytes)
    else { return nil }
    self.addresses = addresses
    self.options = options
  }

  private static func text(_ reader: inout ByteReader, _ bytes: [UInt8]) -> String? {
    guard let length = reader.readUInt8(bytes.span),
      let range = reader.readRange(bytes.span, count: Int(length))
    else { return nil }
    return String(decoding: bytes[range], as: UTF8.self)
  }

  private static func mapping(_ reader: inout ByteReader, _ bytes: [UInt8]) -> [String: String]? {
    guard let length = reader.readUInt16(bytes.span) else { return nil }
    let end = reader.offset + Int(length)
    var options: [String: String] = [:]
    while reader.offset < end {
      guard let key = text(&reader, bytes), reader.readUInt8(bytes.span) == UInt8(ascii: "="),
        let value = text(&reader, bytes), reader.readUInt8(bytes.span) == UInt8(ascii: ";")
      else { return nil }
      options[key] = value
    }
    return reader.offset == end ? options : nil
  }
}
