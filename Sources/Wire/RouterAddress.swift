/// One published address of a router: a transport, what it costs, and its options.
public struct RouterAddress: Sendable, Equatable {
  /// How dear the router holds this way in; smaller is preferred.
  public let cost: UInt8
  /// Milliseconds since 1970 until which the address holds; routers write zero.
  public let expirationMilliseconds: UInt64
  /// The transport's name as written.
  public let styleName: String
  /// Everything else that the router says of this address.
  public let options: RouterOptions

  /// An address of these parts.
  public init(
    cost: UInt8,
    expirationMilliseconds: UInt64 = 0,
    styleName: String,
    options: RouterOptions
  ) {
    self.cost = cost
    self.expirationMilliseconds = expirationMilliseconds
    self.styleName = styleName
    self.options = options
  }

  /// The transports that an address can be of.
  public enum Style: String, Sendable, CaseIterable {
    /// NTCP2 alone.
    case ntcp2 = "NTCP2"
    /// The older name, under which NTCP2 is published too.
    case ntcp = "NTCP"
    /// SSU2 alone.
    case ssu2 = "SSU2"
    /// The older name, under which SSU2 is published too.
    case ssu = "SSU"
  }

  /// Bytes of a static key and of SSU2's introduction key.
  public static let keyBytes = 32
  /// Bytes of NTCP2's initialisation vector.
  public static let initializationVectorBytes = 16

  /// The transport; nil for one that this program does not know.
  public var style: Style? { Style(rawValue: styleName) }

  /// Whether `transport` is spoken here: its style, or the older one with version 2 in `v`.
  public func speaks(_ transport: Transport) -> Bool {
    switch transport {
    case .ntcp2: (style == .ntcp2 || style == .ntcp) && speaksVersion2
    case .ssu2: (style == .ssu2 || style == .ssu) && speaksVersion2
    }
  }

  /// Whether NTCP2 is spoken here.
  public var speaksNTCP2: Bool { speaks(.ntcp2) }

  /// Whether SSU2 is spoken here.
  public var speaksSSU2: Bool { speaks(.ssu2) }

  private var speaksVersion2: Bool { versions?.contains(2) ?? false }

  /// The option `host` as an address; nil when it is absent or a name.
  public var host: SourceAddress? { options["host"].flatMap { SourceAddress($0) } }

  /// The option `port`; nil when it is absent or no port.
  public var port: UInt16? {
    guard let port: UInt16 = options.number("port"), port > 0 else { return nil }
    return port
  }

  /// Where peers connect to; nil when the address is not published or its host is a name.
  public var endpoint: Endpoint? {
    guard let host, let port else { return nil }
    return Endpoint(address: host, port: port)
  }

  /// The option `s`, the transport's static X25519 key, 32 bytes; nil when absent or malformed.
  public var staticKey: [UInt8]? { decoded("s", count: Self.keyBytes) }

  /// The option `i` of NTCP2, 16 bytes; nil when absent or malformed.
  public var initializationVector: [UInt8]? {
    decoded("i", count: Self.initializationVectorBytes)
  }

  /// The option `i` of SSU2, 32 bytes; nil when absent or malformed.
  public var introductionKey: [UInt8]? { decoded("i", count: Self.keyBytes) }

  /// The option `v`, the transport's versions; empty when absent, nil when malformed.
  public var versions: [UInt8]? { options.numberList("v") }

  /// The option `pq`, the hybrid forms (proposal 169); empty when absent, nil when malformed.
  public var hybridForms: [UInt8]? { options.numberList("pq") }

  /// The option `caps`, one letter or digit a capability; empty when absent.
  public var capabilities: String { options["caps"] ?? "" }

  private func decoded(_ key: String, count: Int) -> [UInt8]? {
    guard let text = options[key], let bytes = I2PBase64.decode(text), bytes.count == count
    else { return nil }
    return bytes
  }
}
