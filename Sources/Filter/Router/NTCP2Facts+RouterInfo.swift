internal import Wire

extension NTCP2Facts {
  /// What a router's own RouterInfo says of its NTCP2 port.
  public init(
    _ verified: VerifiedRouterInfo,
    kind: RouterKind
  ) throws(RouterFactsFault) {
    let published = try PublishedTransport(.ntcp2, in: verified.info)
    guard let vector = published.address.initializationVector else {
      throw .malformedAddressOption(.ntcp2, "i")
    }
    self.init(
      kind: kind,
      version: published.version,
      routerHash: verified.routerHash,
      initializationVector: vector,
      staticPublicKey: published.staticPublicKey,
      networkIdentifier: published.networkIdentifier,
      hybrid: try Self.hybridForm(of: published)
    )
  }

  /// The one hybrid form that is published; nil when there is none.
  private static func hybridForm(
    of published: PublishedTransport
  ) throws(RouterFactsFault) -> HybridForm? {
    guard let numbers = try published.hybridNumbers() else { return nil }
    guard numbers.count == 1, let form = HybridForm(rawValue: numbers[0]) else {
      throw published.unknownHybridForm
    }
    return form
  }
}
