internal import Filter

/// Where each signature and each rule of a policy is counted on a shard's `MatchBoard`: a name
/// keeps its place over reloads, whatever number it has.
public struct MatchPlaces: BitwiseCopyable, Sendable {
  /// Places of a board: twice what can be in force at a time, so that a name never gets a place
  /// whose last owner a shard may still be counting.
  public static let count = 2 * (SignatureLimits.signatures + RuleLimits.rules)

  private var signatures: InlineArray<1_024, UInt16>
  private var rules: InlineArray<256, UInt16>

  /// The places of the first names that there are: signatures first.
  public init() {
    precondition(SignatureLimits.signatures == 1_024 && RuleLimits.rules == 256)
    signatures = InlineArray { UInt16($0) }
    rules = InlineArray { UInt16(SignatureLimits.signatures + $0) }
  }

  /// The place of the signature with this number.
  public subscript(signature number: Int) -> Int {
    get { Int(signatures[number]) }
    set { signatures[number] = UInt16(newValue) }
  }

  /// The place of the rule with this number.
  public subscript(rule number: Int) -> Int {
    get { Int(rules[number]) }
    set { rules[number] = UInt16(newValue) }
  }
}
