internal import Wire

extension NTCP2Facts {
  /// What a router's own RouterInfo says of its NTCP2 port.
  ///
  /// A router may publish one address a family; they share the static key, the vector and the
  /// hybrid form (i2pd: one key file; Java I2P: one pair of properties), and it is a fault if they
  /// do not.
  public init(
    _ verified: VerifiedRouterInfo,
    kind: RouterKind
  ) throws(RouterFactsFault) {
    guard verified.info.addresses.contains(where: \.speaksNTCP2) else { throw .noNTCP2 }
    let published = verified.info.publishedNTCP2Addresses
    guard let first = published.first else { throw .unpublishedNTCP2 }
    for option in ["s", "i", "pq"]
    where published.contains(where: { $0.options[option] != first.options[option] }) {
      throw .differingAddressOption(option)
    }

    guard let staticKey = first.staticKey else { throw .malformedAddressOption("s") }
    guard let vector = first.initializationVector else { throw .malformedAddressOption("i") }
    guard published.allSatisfy({ $0.port != nil }) else { throw .malformedAddressOption("port") }
    guard let network = verified.info.networkIdentifier else {
      throw .malformedRouterOption("netId")
    }
    guard let version = verified.info.version.flatMap({ Self.versionNumber($0) }) else {
      throw .malformedRouterOption("router.version")
    }
    self.init(
      kind: kind,
      version: version,
      routerHash: verified.routerHash,
      initializationVector: vector,
      staticPublicKey: staticKey,
      networkIdentifier: network,
      hybrid: try Self.hybridForm(of: first)
    )
  }

  /// `router.version` as a number that orders like the versions: 0.9.57 is 957, 1.0.0 is 10000; nil
  /// when the text does not start with three numbers, the last two of at most two digits.
  static func versionNumber(_ text: String) -> UInt32? {
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

  /// The one hybrid form of `address`; nil when it publishes none.
  private static func hybridForm(
    of address: RouterAddress
  ) throws(RouterFactsFault) -> HybridForm? {
    guard let text = address.options["pq"] else { return nil }
    guard let forms = address.hybridForms, forms.count == 1, let value = forms.first,
      let form = HybridForm(rawValue: value)
    else { throw .unknownHybridForm(text) }
    return form
  }
}
