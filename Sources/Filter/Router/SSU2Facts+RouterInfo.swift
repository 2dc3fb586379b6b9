internal import Wire

extension SSU2Facts {
  /// What a router's own RouterInfo says of its SSU2 port; where it publishes none,
  /// `keptCompanion` is the introduction key of its key file, 32 bytes.
  public init(
    _ verified: VerifiedRouterInfo,
    kind: RouterKind,
    keptCompanion: [UInt8]? = nil
  ) throws(RouterFactsFault) {
    let published = try PublishedTransport(.ssu2, in: verified.info, keptCompanion: keptCompanion)
    self.init(
      kind: kind,
      version: published.version,
      routerHash: verified.routerHash,
      introductionKey: published.companion,
      staticPublicKey: published.staticPublicKey,
      networkIdentifier: published.networkIdentifier,
      versions: try Self.versions(of: published)
    )
  }

  /// Version 2, and the hybrid ones that are published.
  private static func versions(
    of published: PublishedTransport
  ) throws(RouterFactsFault) -> SSU2Versions {
    var versions: SSU2Versions = .classic
    for number in try published.hybridNumbers() ?? [] {
      switch number {
      case HybridForm.mlkem512.rawValue: versions.insert(.mlkem512)
      case HybridForm.mlkem768.rawValue: versions.insert(.mlkem768)
      default: throw published.unknownHybridForm
      }
    }
    return versions
  }
}
