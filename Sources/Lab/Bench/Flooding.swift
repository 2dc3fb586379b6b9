import Kernel
import Wire

/// A flood in the background of something else.
enum Flooding {
  /// How long a flood may prepare its first flights.
  private static let preparationNanoseconds = 120 * Nanoseconds.perSecond

  /// Runs `body` from the first connection of a flood on, and ends the flood after it.
  static func during<Result>(
    _ settings: FloodSettings,
    at router: BenchRouter,
    _ body: () throws -> Result
  ) throws -> (Result, FloodReport) {
    let stop = FloodStop()
    let progress = FloodProgress()
    let thread = LabThread {
      Swift.Result { try router.flood(settings, stop: stop, progress: progress) }
    }
    let hasBegun = Pause.until(timeoutNanoseconds: preparationNanoseconds) {
      progress.attempted > 0
    }
    let outcome = Swift.Result { () throws -> Result in
      guard hasBegun else { throw LabError("the flood does not begin") }
      return try body()
    }
    stop.raise()
    let report = try thread.join().get()
    return (try outcome.get(), report)
  }
}
