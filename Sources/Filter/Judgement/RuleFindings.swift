/// What is to be done with a connection that a rule or a signature refuses.
public struct RefusalOrder: BitwiseCopyable, Sendable, Equatable {
  /// Who gave it.
  public enum Origin: BitwiseCopyable, Sendable, Equatable {
    /// A signature, by its number.
    case signature(Int)
    /// A rule, by its number.
    case rule(Int)
    /// The sum of the rules' weights.
    case score
  }

  /// What the connection gets.
  public let action: RuleAction
  /// Why.
  public let reason: Reason
  /// Who gave it.
  public let origin: Origin
  /// Whether it speaks against the source: what its bytes show does; who it is, how often it comes
  /// and what is suspected do not, or one refusal would lead to the next.
  public let isHostile: Bool
}

/// What the rules had to say of a connection, each of them once.
public struct RuleFindings: BitwiseCopyable, Sendable {
  /// Rules that it meets.
  public var met = RuleMask()
  /// Of those, rules on probation that would have refused it.
  public var wouldRefuse = RuleMask()
  /// Of those, rules that would refuse it, or would on probation, were its source not known.
  public var spared = RuleMask()
  /// Why it would be refused, were everything enforced; nil when it would not, is in fact, or was
  /// told before.
  public var watched: Reason?
  /// What is to be done; nil when it may go on.
  public var order: RefusalOrder?

  /// Nothing.
  #if !DEBUG
    @_noLocks
  #endif
  public init() {}
}
