import ArgumentParser
import Glibc

/// `sallyport-lab soak`: a mixed flood of datagrams for long, under which nothing may grow.
struct SoakCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "soak",
    abstract: "Load a gate before a real i2pd with mixed datagrams for long.",
    discussion: """
      Junk, made-up TokenRequests and tokens, replays, and honest peers of both manners. Ends with \
      an error if memory, descriptors or the success of the honest do not hold.
      """
  )

  @Option(help: "Minutes, 0.2 to 10080.")
  var minutes = 30.0

  @Option(help: "Datagrams a second, 4 to 100000.")
  var rate = 5_000.0

  func validate() throws {
    guard (0.2...10_080).contains(minutes) else {
      throw ValidationError("--minutes is 0.2 to 10080.")
    }
    guard (4...100_000).contains(rate) else { throw ValidationError("--rate is 4 to 100000.") }
  }

  func run() throws {
    try Interruption.guarding(soak)
  }

  private func soak() throws {
    try Prerequisites.check([.routers])
    let plan = Soak.Plan(seconds: minutes * 60, datagramsPerSecond: rate)
    let outcome = try Soak(plan: plan) {
      print($0)
      fflush(nil)
    }.run()
    print(outcome.text)
    guard outcome.faults.isEmpty else {
      for fault in outcome.faults { print("FAULT: \(fault)") }
      throw ExitCode.failure
    }
    print("All held.")
  }
}
