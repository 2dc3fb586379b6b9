public import Filter
public import Kernel
public import Wire

/// Where an admitted peer is led.
public enum Destination: BitwiseCopyable, Sendable, Equatable {
  /// To where it connected, from its own address: the kernel diverted it here.
  case original(PacketMark)
  /// To a fixed endpoint, from this host's address.
  case fixed(Endpoint)

  /// Whether connections were diverted here by the kernel.
  var isDiverted: Bool {
    switch self {
    case .original: true
    case .fixed: false
    }
  }
}

/// Everything that decides and that a reload may change: replaced as one unit.
public struct Policy: ~Copyable, Sendable {
  /// The judgement of first flights.
  public let handshake: NTCP2Handshake
  /// The signatures of other protocols.
  public let signatures: SignatureSet
  /// The bounds, already this shard's share.
  public let limits: LimitSettings
  /// Where an admitted peer is led.
  public let destination: Destination

  /// A policy.
  public init(
    handshake: consuming NTCP2Handshake,
    signatures: consuming SignatureSet,
    limits: LimitSettings,
    destination: Destination
  ) {
    self.handshake = handshake
    self.signatures = signatures
    self.limits = limits
    self.destination = destination
  }
}
