internal import CLinux
internal import Wire

/// What an initiator must know of the router it calls: the public part of the router's RouterInfo.
struct RouterFacts: Sendable, Equatable {
  /// SHA-256 of the router's identity, 32 bytes.
  var hash: [UInt8]
  /// The published `s`: its static X25519 key, 32 bytes.
  var staticKey: [UInt8]
  /// The published `i`: the initialisation vector of the key's mask, 16 bytes.
  var initializationVector: [UInt8]
  /// Where it listens; nil when its RouterInfo names no host.
  var endpoint: Endpoint?
  /// The network it belongs to; 2 is the public one.
  var networkIdentifier: UInt8
}

/// Why a router's directory gave no facts.
enum RouterFactsFailure: Error, Equatable, CustomStringConvertible {
  /// The file could not be read.
  case unreadable(path: String)
  /// The file is not a RouterInfo, or an unusual one.
  case malformed(path: String, what: String)

  /// What is wrong and where.
  var description: String {
    switch self {
    case .unreadable(let path):
      "\(path): cannot be read. Name the directory in which the router keeps its router.info."
    case .malformed(let path, let what):
      "\(path): \(what)"
    }
  }
}

extension RouterFacts {
  /// Most bytes read of a file in a router's directory; a RouterInfo has under 4 KiB.
  private static let fileBytesMaximum = 65_536

  /// Reads `router.info` in `directory`; the initialisation vector of a router that does not
  /// publish its address comes from i2pd's `ntcp2.keys`.
  static func read(directory: String) throws(RouterFactsFailure) -> RouterFacts {
    let path = directory + "/router.info"
    guard let bytes = SmallFile.read(path, bytesMaximum: fileBytesMaximum) else {
      throw .unreadable(path: path)
    }
    guard let info = PlainRouterInfo(bytes) else {
      throw .malformed(path: path, what: "not a RouterInfo")
    }
    let candidates = info.addresses.filter { $0.style == "NTCP2" || $0.style == "NTCP" }
    let published = candidates.first { $0.options["i"] != nil }
    guard let address = published ?? candidates.first,
      let staticKey = address.options["s"].flatMap({ I2PBase64.decode($0) }), staticKey.count == 32
    else {
      throw .malformed(path: path, what: "no NTCP2 address with a key `s`")
    }
    let vector =
      address.options["i"].flatMap { I2PBase64.decode($0) }
      ?? SmallFile.read(directory + "/ntcp2.keys", bytesMaximum: 80).map { [UInt8]($0.suffix(16)) }
    guard let vector, vector.count == 16 else {
      throw .malformed(path: path, what: "no `i` is published and no ntcp2.keys holds one")
    }
    return RouterFacts(
      hash: Primitives.sha256(info.identity),
      staticKey: staticKey,
      initializationVector: vector,
      endpoint: endpoint(of: address),
      networkIdentifier: info.options["netId"].flatMap { UInt8($0) } ?? 2
    )
  }

  private static func endpoint(of address: PlainRouterInfo.Address) -> Endpoint? {
    guard let host = address.options["host"].flatMap({ SourceAddress($0) }),
      let port = address.options["port"].flatMap({ UInt16($0) })
    else { return nil }
    return Endpoint(address: host, port: port)
  }
}
