internal import Wire

extension NTCP2Facts {
  /// What a router's own RouterInfo says of its NTCP2 port; where it publishes none,
  /// `keptCompanion` is the initialisation vector of its key file, 16 bytes.
  public init(
    _ verified: VerifiedRouterInfo,
    kind: RouterKind,
    keptCompanion: [UInt8]? = nil
  ) throws(RouterFactsFault) {
    let published = try PublishedTransport(
      .ntcp2,
      in: verified.info,
      keptCompanion: keptCompanion
    )
    self.init(
      kind: kind,
      version: published.version,
      routerHash: verified.routerHash,
      initializationVector: published.companion,
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
