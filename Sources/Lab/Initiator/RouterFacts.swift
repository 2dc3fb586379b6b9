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
  /// Reads `router.info` in `directory`; the initialisation vector of a router that does not
  /// publish its address comes from i2pd's `ntcp2.keys`.
  static func read(directory: String) throws(RouterFactsFailure) -> RouterFacts {
    let path = directory + "/router.info"
    let info = try routerInfo(directory: directory)
    let candidates = info.addresses.filter(\.speaksNTCP2)
    let published = candidates.first { $0.initializationVector != nil }
    guard let address = published ?? candidates.first, let staticKey = address.staticKey else {
      throw .malformed(path: path, what: "no NTCP2 address with a key `s`")
    }
    let vector = address.initializationVector ?? vectorOfI2PD(directory)
    guard let vector else {
      throw .malformed(path: path, what: "no `i` is published and no ntcp2.keys holds one")
    }
    return RouterFacts(
      hash: Primitives.sha256([UInt8](info.bytes.prefix(info.identity.byteCount))),
      staticKey: staticKey,
      initializationVector: vector,
      endpoint: address.endpoint,
      networkIdentifier: info.networkIdentifier ?? 2
    )
  }

  /// The `router.info` in `directory`.
  static func routerInfo(directory: String) throws(RouterFactsFailure) -> RouterInfo {
    let path = directory + "/router.info"
    guard let bytes = Files.bytes(path) else { throw .unreadable(path: path) }
    do throws(RouterInfoFault) {
      return try RouterInfo(bytes)
    } catch {
      throw .malformed(path: path, what: "not a RouterInfo: \(error)")
    }
  }

  /// The end of `ntcp2.keys`: public half, private half, initialisation vector.
  private static func vectorOfI2PD(_ directory: String) -> [UInt8]? {
    guard let keys = Files.bytes(directory + "/ntcp2.keys"), keys.count == 80 else { return nil }
    return [UInt8](keys.suffix(RouterAddress.initializationVectorBytes))
  }
}
