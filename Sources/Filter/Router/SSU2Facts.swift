/// What the gate must know of the router to judge a datagram on its SSU2 port.
///
/// Every value is read from the router's own files, never assumed. All of it is public.
public struct SSU2Facts: Sendable, Equatable {
  /// Which router program it is.
  public var kind: RouterKind
  /// The router's `router.version` as a number, e.g. 0.9.57 is 957; tells generations apart.
  public var version: UInt32
  /// SHA-256 of the router's identity, 32 bytes.
  public var routerHash: [UInt8]
  /// The published `i`, 32 bytes: masks headers, and seals what is said before a session.
  public var introductionKey: [UInt8]
  /// The published `s`, 32 bytes: the router's static X25519 key.
  public var staticPublicKey: [UInt8]
  /// The network the router belongs to; 2 is the public one.
  public var networkIdentifier: UInt8
  /// The versions of SSU2 that the router speaks.
  public var versions: SSU2Versions

  /// The facts, as read.
  public init(
    kind: RouterKind,
    version: UInt32,
    routerHash: [UInt8],
    introductionKey: [UInt8],
    staticPublicKey: [UInt8],
    networkIdentifier: UInt8,
    versions: SSU2Versions
  ) {
    self.kind = kind
    self.version = version
    self.routerHash = routerHash
    self.introductionKey = introductionKey
    self.staticPublicKey = staticPublicKey
    self.networkIdentifier = networkIdentifier
    self.versions = versions
  }
}

/// Versions of SSU2 that a router speaks on one port: version 2, and beside it the hybrid
/// post-quantum ones that it publishes in `pq` (proposal 169). ML-KEM-1024 is none of them, since
/// its messages do not fit a datagram.
public struct SSU2Versions: OptionSet, Sendable, BitwiseCopyable {
  /// A bit a version: version 2 is bit 2.
  public let rawValue: UInt8

  /// The versions whose bits are set.
  public init(rawValue: UInt8) {
    self.rawValue = rawValue
  }

  /// Version 2: X25519 alone.
  public static let classic = SSU2Versions(rawValue: 1 << 2)
  /// Version 3: X25519 with ML-KEM-512.
  public static let mlkem512 = SSU2Versions(rawValue: 1 << 3)
  /// Version 4: X25519 with ML-KEM-768.
  public static let mlkem768 = SSU2Versions(rawValue: 1 << 4)

  /// Whether the version byte of a header names one of these.
  public func contains(version: UInt8) -> Bool {
    version < 8 && rawValue & (1 << version) != 0
  }
}
