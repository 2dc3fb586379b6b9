/// What each connection of a flood does.
enum FloodKind: String, CaseIterable, Sendable {
  /// Connects and says nothing.
  case silent
  /// Connects and closes at once.
  case connectAndClose = "connect-and-close"
  /// Says what a miner says first.
  case stratum
  /// Says 64 to 287 random bytes, the lengths of a message 1.
  case garbage
  /// Says an honest message 1, another one each time, and nothing after it.
  case firstFlight = "first-flight"
  /// Says one recorded honest message 1, always the same.
  case replay
  /// Says one random byte every now and then.
  case dribble

  /// The names for a command line.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}
