internal import Filter
internal import Wire

/// What a gate knows of its router: read from the router's own files, verified, and in agreement.
///
/// A router may rewrite a file in place, so a reading that follows a change at once can meet half a
/// file: the caller keeps what it has and reads again a moment later.
struct RouterFiles: ~Copyable {
  /// What judges a first flight on the NTCP2 port.
  let facts: NTCP2Facts
  /// When the router published this, in milliseconds since 1970.
  let publishedMilliseconds: UInt64
  /// Where the router says that NTCP2 is found; hosts that are names are left out.
  let endpoints: [Endpoint]
  /// NTCP2's private X25519 key, 32 bytes; nil when the proof is public.
  let privateKey: SecretBytes?

  /// Reads and checks what `request` names.
  ///
  /// - Throws: The first thing that is wrong, with the file and the remedy.
  init(_ request: RouterFilesRequest) throws(RouterFilesFault) {
    let kind = try RouterKindDetection.kind(for: request)
    let published = try PublishedRouter(request)
    let facts = try published.facts(kind: kind, port: request.port)
    let routerInfo = published.path
    privateKey = try Self.privateKey(request, agreeingWith: facts, routerInfo: routerInfo)
    self.facts = facts
    publishedMilliseconds = published.verified.info.publishedMilliseconds
    endpoints = published.verified.info.publishedNTCP2Addresses.compactMap(\.endpoint)
  }

  private static func privateKey(
    _ request: RouterFilesRequest,
    agreeingWith facts: NTCP2Facts,
    routerInfo: String
  ) throws(RouterFilesFault) -> SecretBytes? {
    guard request.proof == .full else { return nil }
    let keys = try NTCP2KeyFile.read(request, kind: facts.kind)
    try check(keys, against: facts, routerInfo: routerInfo)
    return consume keys.privateKey
  }

  private static func check(
    _ keys: borrowing NTCP2KeyFile,
    against facts: NTCP2Facts,
    routerInfo: String
  ) throws(RouterFilesFault) {
    switch TransportKey.match(privateKey: keys.privateKey, publicKey: facts.staticPublicKey) {
    case .matches: break
    case .differs: throw .keyMismatch(keyFile: keys.path, routerInfo: routerInfo)
    }
    guard keys.initializationVector == facts.initializationVector else {
      throw .vectorMismatch(keyFile: keys.path, routerInfo: routerInfo)
    }
  }
}
