import ArgumentParser
import Glibc

/// `sallyport-lab bench`: the gate's numbers beside those of other proxies and of a bare router.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Measure the gate beside HAProxy, nginx and a bare router.",
    discussion: "The load and the services run on core 0, what is measured on core 1."
  )

  @Flag(help: "One JSON object a line instead of a table.")
  var json = false

  @Option(help: "Names, separated by commas: \(Bench.names).")
  var only: String?

  @Option(help: "Runs of each cost, 1 to 99; the median counts.")
  var runs = 5

  @Option(help: "Seconds of each flood, 1 to 3600.")
  var seconds = 10.0

  @Option(help: "Seconds of load of one run of a cost, 0.5 to 60.")
  var load = 3.0

  @Option(help: "Floods, separated by commas: \(FloodKind.names).")
  var floods: String?

  func validate() throws {
    guard (1...99).contains(runs) else { throw ValidationError("--runs is 1 to 99.") }
    guard (1...3_600).contains(seconds) else { throw ValidationError("--seconds is 1 to 3600.") }
    guard (0.5...60).contains(load) else { throw ValidationError("--load is 0.5 to 60.") }
    _ = try chosen()
    _ = try chosenFloods()
  }

  func run() throws {
    try Interruption.guarding(measure)
  }

  private func measure() throws {
    try Prerequisites.check(Prerequisites.Part.allCases)
    var settings = BenchSettings()
    settings.runs = runs
    settings.floodSeconds = seconds
    settings.loadSeconds = load
    settings.floodKinds = try chosenFloods()
    var lines: [BenchLine] = []
    // A run takes minutes: what is measured is shown, also when the rest could not be.
    defer { if !json { print(BenchTable.text(lines)) } }
    try Bench.run(try chosen(), settings) { measured in
      if json { for line in measured { print(line.json) } }
      fflush(nil)
      lines += measured
    }
    guard lines.allSatisfy({ $0.isWithinBound != false }) else { throw ExitCode.failure }
  }

  private func chosenFloods() throws -> [FloodKind] {
    guard let floods else { return FloodKind.allCases }
    return try floods.split(separator: ",").map { name in
      guard let kind = FloodKind(rawValue: String(name)) else {
        throw ValidationError("--floods \(name): choose of \(FloodKind.names).")
      }
      return kind
    }
  }

  private func chosen() throws -> Set<Bench> {
    guard let only else { return Set(Bench.allCases) }
    return Set(
      try only.split(separator: ",").map { name in
        guard let bench = Bench(rawValue: String(name)) else {
          throw ValidationError("--only \(name): choose of \(Bench.names).")
        }
        return bench
      }
    )
  }
}
