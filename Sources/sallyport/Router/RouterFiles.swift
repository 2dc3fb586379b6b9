internal import Filter
internal import Wire

/// What gates know of their router: read from the router's own files, verified, and in agreement.
///
/// A router may rewrite a file in place, so a reading that follows a change at once can meet half a
/// file: the caller keeps what it has and reads again a moment later.
struct RouterFiles: ~Copyable {
  /// What judges first flights and datagrams.
  let facts: RouterFacts
  /// When the router published this, in milliseconds since 1970.
  let publishedMilliseconds: UInt64
  /// Where the router says that the transports are found; hosts that are names are left out.
  let endpoints: [Transport: [Endpoint]]
  /// NTCP2's private X25519 key, 32 bytes; nil when the proof is public or no gate speaks NTCP2.
  let ntcp2PrivateKey: SecretBytes?

  /// Reads and checks what `request` names.
  ///
  /// - Throws: The first thing that is wrong, with the file and the remedy.
  init(_ request: RouterFilesRequest) throws(RouterFilesFault) {
    let kind = try RouterKindDetection.kind(for: request)
    let published = try PublishedRouter(request)
    var kept: [Transport: [UInt8]] = [:]
    for transport in request.ports.keys
    where request.proof == .full && !published.publishes(transport) {
      kept[transport] = try TransportKeyFile.read(request, transport, kind: kind).publishedKey
    }
    let facts = try published.facts(kind: kind, ports: request.ports, kept: kept)
    var ntcp2PrivateKey: SecretBytes?
    if request.proof == .full {
      if let ntcp2 = facts.ntcp2 {
        ntcp2PrivateKey = try Self.privateKey(
          request,
          .ntcp2,
          kind: kind,
          publicKey: ntcp2.staticPublicKey,
          publishedKey: ntcp2.initializationVector
        )
      }
      if let ssu2 = facts.ssu2 {
        // Nothing on the SSU2 port needs the private key: its file only has to belong to the same
        // router as what is published.
        _ = try Self.privateKey(
          request,
          .ssu2,
          kind: kind,
          publicKey: ssu2.staticPublicKey,
          publishedKey: ssu2.introductionKey
        )
      }
    }
    self.facts = facts
    self.ntcp2PrivateKey = ntcp2PrivateKey
    publishedMilliseconds = published.verified.info.publishedMilliseconds
    endpoints = Dictionary(
      uniqueKeysWithValues: facts.transports.map { ($0, published.endpoints(of: $0)) }
    )
  }

  /// The private key of `transport`, whose public half and companion must be those that are
  /// published.
  private static func privateKey(
    _ request: RouterFilesRequest,
    _ transport: Transport,
    kind: RouterKind,
    publicKey: [UInt8],
    publishedKey: [UInt8]
  ) throws(RouterFilesFault) -> SecretBytes {
    let keys = try TransportKeyFile.read(request, transport, kind: kind)
    let routerInfo = request.path(RouterFileNames.routerInfo)
    switch TransportKey.match(privateKey: keys.privateKey, publicKey: publicKey) {
    case .matches: break
    case .differs: throw .keyMismatch(keyFile: keys.path, transport, routerInfo: routerInfo)
    }
    guard keys.publishedKey == publishedKey else {
      throw .publishedKeyMismatch(keyFile: keys.path, transport, routerInfo: routerInfo)
    }
    return consume keys.privateKey
  }
}
