/// The benches, by the names of their numbers.
enum Bench: String, CaseIterable, Sendable {
  case refuseStratum = "refuse-stratum"

  /// The names for a command line.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }

  /// Measures.
  func run(_ settings: BenchSettings) throws -> [BenchLine] {
    switch self {
    case .refuseStratum: try RefusalBench.run(settings)
    }
  }
}
