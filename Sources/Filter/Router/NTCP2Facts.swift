/// What the gate must know of the router to judge a first flight on its NTCP2 port.
///
/// Every value is read from the router's own files, never assumed.
public struct NTCP2Facts: Sendable, Equatable {
  /// Which router program it is.
  public var kind: RouterKind
  /// The router's `router.version` as a number, e.g. 0.9.57 is 957; tells generations apart.
  public var version: UInt32
  /// SHA-256 of the router's identity, 32 bytes: the key that masks a first flight.
  public var routerHash: [UInt8]
  /// The published `i`, 16 bytes: the initialisation vector of that mask.
  public var initializationVector: [UInt8]
  /// The published `s`, 32 bytes: the router's static X25519 key.
  public var staticPublicKey: [UInt8]
  /// The network the router belongs to; 2 is the public one.
  public var networkIdentifier: UInt8
  /// The hybrid form that the router publishes, if any.
  public var hybrid: HybridForm?

  /// The facts, as read.
  public init(
    kind: RouterKind,
    version: UInt32,
    routerHash: [UInt8],
    initializationVector: [UInt8],
    staticPublicKey: [UInt8],
    networkIdentifier: UInt8,
    hybrid: HybridForm?
  ) {
    self.kind = kind
    self.version = version
    self.routerHash = routerHash
    self.initializationVector = initializationVector
    self.staticPublicKey = staticPublicKey
    self.networkIdentifier = networkIdentifier
    self.hybrid = hybrid
  }
}
