internal import Wire

/// What an SSU2 initiator must know of the router it calls: the public part of its RouterInfo.
struct SSU2RouterFacts: Sendable, Equatable {
  /// SHA-256 of the router's identity, 32 bytes.
  var hash: [UInt8]
  /// The published `s`: its static X25519 key for SSU2, 32 bytes.
  var staticKey: [UInt8]
  /// The published `i`: the introduction key, which masks and seals what comes before a session, 32
  /// bytes.
  var introductionKey: [UInt8]
  /// Where it listens; nil when its RouterInfo names no host.
  var endpoint: Endpoint?
  /// The network it belongs to; 2 is the public one.
  var networkIdentifier: UInt8
}

extension SSU2RouterFacts {
  /// Reads `router.info` in `directory`.
  static func read(directory: String) throws(RouterFactsFailure) -> SSU2RouterFacts {
    let info = try RouterFacts.routerInfo(directory: directory)
    let path = directory + "/router.info"
    let candidates = info.addresses.filter(\.speaksSSU2)
    let published = candidates.first { $0.endpoint != nil }
    guard let address = published ?? candidates.first, let staticKey = address.staticKey,
      let introductionKey = address.introductionKey
    else {
      throw .malformed(path: path, what: "no SSU2 address with the keys `s` and `i`")
    }
    return SSU2RouterFacts(
      hash: Primitives.sha256([UInt8](info.bytes.prefix(info.identity.byteCount))),
      staticKey: staticKey,
      introductionKey: introductionKey,
      endpoint: address.endpoint,
      networkIdentifier: info.networkIdentifier ?? 2
    )
  }
}
