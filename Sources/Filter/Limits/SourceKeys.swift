/// The secret hashes under which one source's records are found: its address, its network, and for
/// IPv6 its site; and the form of its SYN at its address. Zero stands for "no such record".
public struct SourceKeys: BitwiseCopyable, Sendable, Equatable {
  /// The whole address (`/32`, `/128`).
  public let address: UInt64
  /// The network (`/24`, `/64`).
  public let network: UInt64
  /// The site (`/48`), IPv6 only.
  public let site: UInt64
  /// The stack that connects from this address, by its SYN; zero when that is not known.
  public internal(set) var stack: UInt64 = 0
  /// On whose account it was let in.
  public internal(set) var passage = SourcePassage.own
}

/// On whose account a connection was let in: an address may be that of one host, or a carrier's for
/// thousands.
public enum SourcePassage: UInt8, BitwiseCopyable, Sendable {
  /// On that of its address.
  case own
  /// On that of the stacks that did nothing wrong at an address which fails or is over its limits:
  /// all of them together have as much as one address.
  case apart
  /// On that of an address where handshakes complete, which is over its limits: it passes last.
  case shared
}
