internal import Wire

extension SSU2Facts {
  /// What a router's own RouterInfo says of its SSU2 port.
  public init(
    _ verified: VerifiedRouterInfo,
    kind: RouterKind
  ) throws(RouterFactsFault) {
    let published = try PublishedTransport(.ssu2, in: verified.info)
    guard let introductionKey = published.address.introductionKey else {
      throw .malformedAddressOption(.ssu2, "i")
    }
    self.init(
      kind: kind,
      version: published.version,
      routerHash: verified.routerHash,
      introductionKey: introductionKey,
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
