import Wire

/// What a demonstration does, phase after phase.
struct DemoPlan: Equatable, Sendable {
  /// Whether the gate stands before the router.
  enum Guard: Equatable, Sendable {
    /// It does.
    case guarded
    /// The router is bare.
    case bare
  }

  /// One phase.
  struct Phase: Equatable, Sendable {
    /// What the flood does; nil: there is none.
    let flood: FloodKind?
    /// Whether the gate stands before the router.
    let guardState: Guard
    /// How long it takes.
    let seconds: Int
    /// Its name in tables.
    let name: String
  }

  /// All phases in their order.
  let phases: [Phase]
  /// Connections of a flood each second.
  let ratePerSecond: Double

  /// Seconds without a flood, before the first one.
  private static let calmSeconds = 3
  /// Seconds after the flood of the bare router.
  private static let afterwardsSeconds = 8
  /// The flood that the bare router gets as well.
  static let compared = FloodKind.silent

  /// A plan: calm, every one of `kinds` for `seconds` with the gate, then the compared flood for
  /// `bareSeconds` without it; zero leaves that out.
  init(kinds: [FloodKind], seconds: Int, bareSeconds: Int, ratePerSecond: Double) {
    self.ratePerSecond = ratePerSecond
    var phases = [
      Phase(flood: nil, guardState: .guarded, seconds: Self.calmSeconds, name: "no flood")
    ]
    phases += kinds.map {
      Phase(flood: $0, guardState: .guarded, seconds: seconds, name: $0.rawValue)
    }
    if bareSeconds > 0 {
      phases += [
        Phase(
          flood: Self.compared,
          guardState: .bare,
          seconds: bareSeconds,
          name: Self.compared.rawValue
        ),
        Phase(
          flood: nil,
          guardState: .bare,
          seconds: Self.afterwardsSeconds,
          name: "afterwards"
        ),
      ]
    }
    self.phases = phases
  }

  /// What all phases take together.
  var seconds: Int { phases.reduce(0) { $0 + $1.seconds } }
}
