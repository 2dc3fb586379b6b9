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

  /// What a flood does.
  enum Attack: Equatable, Sendable {
    /// It opens connections at the port of NTCP2.
    case connections(FloodKind)
    /// It sends datagrams to the port of SSU2.
    case datagrams(DatagramFloodKind)
  }

  /// One phase.
  struct Phase: Equatable, Sendable {
    /// What the flood does; nil: there is none.
    let flood: Attack?
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
  /// Datagrams of a flood each second.
  let datagramsPerSecond: Double

  /// Seconds without a flood, before the first one.
  private static let calmSeconds = 3
  /// Seconds after the flood of the bare router.
  private static let afterwardsSeconds = 8
  /// The flood that the bare router gets as well.
  static let compared = Attack.connections(.silent)
  /// The flood of datagrams that it gets as well.
  static let comparedDatagrams = Attack.datagrams(.tokenRequest)

  /// A plan: calm, every flood of `attacks` for `seconds` with the gate, then the compared ones of
  /// them without it, that of connections for `bareSeconds`; zero leaves that out.
  init(
    attacks: [Attack],
    seconds: Int,
    bareSeconds: Int,
    ratePerSecond: Double,
    datagramsPerSecond: Double
  ) {
    self.ratePerSecond = ratePerSecond
    self.datagramsPerSecond = datagramsPerSecond
    var phases = [
      Phase(flood: nil, guardState: .guarded, seconds: Self.calmSeconds, name: "no flood")
    ]
    phases += attacks.map {
      Phase(flood: $0, guardState: .guarded, seconds: seconds, name: $0.name)
    }
    if bareSeconds > 0, attacks.contains(Self.comparedDatagrams) {
      phases.append(
        Phase(
          flood: Self.comparedDatagrams,
          guardState: .bare,
          seconds: seconds,
          name: Self.comparedDatagrams.name
        )
      )
    }
    if bareSeconds > 0 {
      phases += [
        Phase(
          flood: Self.compared,
          guardState: .bare,
          seconds: bareSeconds,
          name: Self.compared.name
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

extension DemoPlan.Attack {
  /// Its name in tables.
  var name: String {
    switch self {
    case .connections(let kind): kind.rawValue
    case .datagrams(let kind): kind.rawValue
    }
  }

  /// What it does, in words.
  var meaning: String {
    switch self {
    case .connections(let kind): kind.meaning
    case .datagrams(let kind): kind.meaning
    }
  }
}

extension DemoPlan.Phase {
  /// Whether it is about the port of NTCP2; a phase without a flood is about both.
  var concernsNTCP2: Bool {
    guard case .datagrams = flood else { return true }
    return false
  }

  /// Whether it is about the port of SSU2.
  var concernsSSU2: Bool {
    switch flood {
    case .datagrams: true
    case .connections: false
    // After a flood of connections only that is looked at.
    case nil: guardState == .guarded
    }
  }
}
