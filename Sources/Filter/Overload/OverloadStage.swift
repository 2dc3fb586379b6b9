/// How hard strangers press a gate, in rising order; who is asked for a cookie follows from it.
///
/// The words are a contract: the same in the journal and in the metrics.
public enum OverloadStage: UInt8, CaseIterable, Comparable, Sendable, BitwiseCopyable {
  /// Nobody is asked for a cookie: the router's own tokens are the proof.
  case calm
  /// Networks that ask for more than their allowance are.
  case networks
  /// Every stranger is: together they ask for more than the router can bear.
  case gate

  /// The word that people and other programs read.
  public var word: StaticString {
    switch self {
    case .calm: "calm"
    case .networks: "networks"
    case .gate: "gate"
    }
  }

  /// Whether `left` is less of a load than `right`.
  public static func < (left: OverloadStage, right: OverloadStage) -> Bool {
    left.rawValue < right.rawValue
  }
}
