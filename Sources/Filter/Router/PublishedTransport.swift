internal import Wire

/// What a router's own RouterInfo says of one of its transports: the part that both have.
///
/// A router may publish one address a family; they share the keys and the hybrid forms (i2pd: one
/// key file a transport; Java I2P: one set of properties), and it is a fault if they do not.
struct PublishedTransport {
  private static let sharedOptions = ["s", "i", "pq"]

  /// The transport.
  let transport: Transport
  /// One of its addresses, for the options that all of them share.
  let address: RouterAddress
  /// The key beside the static one: NTCP2's initialisation vector, 16 bytes, or SSU2's introduction
  /// key, 32 bytes.
  let companion: [UInt8]
  /// The published `s`, 32 bytes.
  let staticPublicKey: [UInt8]
  /// The network the router belongs to.
  let networkIdentifier: UInt8
  /// `router.version` as a number.
  let version: UInt32

  /// Reads what is published of `transport`.
  ///
  /// A router that takes itself for firewalled publishes no address to be called at, perhaps for
  /// want of the very peers that a gate would let in. Then what it keeps as `i` in its key file
  /// does as well.
  init(
    _ transport: Transport,
    in info: RouterInfo,
    keptCompanion: [UInt8]? = nil
  ) throws(RouterFactsFault) {
    guard info.addresses.contains(where: { $0.speaks(transport) }) else {
      throw .notSpoken(transport)
    }
    let published = info.publishedAddresses(transport)
    let hidden = keptCompanion == nil ? nil : info.addresses.first { $0.speaks(transport) }
    guard let first = published.first ?? hidden else { throw .unpublished(transport) }
    for option in Self.sharedOptions
    where published.contains(where: { $0.options[option] != first.options[option] }) {
      throw .differingAddressOption(transport, option)
    }
    guard let staticKey = first.staticKey else { throw .malformedAddressOption(transport, "s") }
    guard published.allSatisfy({ $0.port != nil }) else {
      throw .malformedAddressOption(transport, "port")
    }
    guard let network = info.networkIdentifier else { throw .malformedRouterOption("netId") }
    guard let version = info.version.flatMap({ Self.versionNumber($0) }) else {
      throw .malformedRouterOption("router.version")
    }
    let companion = published.isEmpty ? keptCompanion : first.companion(transport)
    guard let companion else { throw .malformedAddressOption(transport, "i") }
    self.transport = transport
    address = first
    self.companion = companion
    staticPublicKey = staticKey
    networkIdentifier = network
    self.version = version
  }

  /// The numbers of the option `pq`; nil when it is not published, a fault when it is no list of
  /// numbers.
  func hybridNumbers() throws(RouterFactsFault) -> [UInt8]? {
    guard let text = address.options["pq"] else { return nil }
    guard let numbers = address.hybridForms, !numbers.isEmpty else {
      throw .unknownHybridForm(transport, text)
    }
    return numbers
  }

  /// That the published hybrid form is unknown, in the words of the router.
  var unknownHybridForm: RouterFactsFault {
    .unknownHybridForm(transport, address.options["pq"] ?? "")
  }

  /// `router.version` as a number that orders like the versions: 0.9.57 is 957, 1.0.0 is 10000; nil
  /// when the text does not start with three numbers, the last two of at most two digits.
  private static func versionNumber(_ text: String) -> UInt32? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return nil }
    var number: UInt32 = 0
    for part in parts.prefix(3) {
      guard part.utf8.allSatisfy({ (48...57).contains($0) }), let value = UInt32(part),
        value <= 99
      else { return nil }
      number = number * 100 + value
    }
    return number
  }
}

extension RouterAddress {
  /// What it publishes as `i`; nil when that is no key of this transport.
  fileprivate func companion(_ transport: Transport) -> [UInt8]? {
    switch transport {
    case .ntcp2: initializationVector
    case .ssu2: introductionKey
    }
  }
}
