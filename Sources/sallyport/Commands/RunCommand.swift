internal import ArgumentParser
internal import Telemetry

/// `sallyport run`: guards the router until it is told to stop.
struct RunCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "run",
    abstract: "Guard the router. SIGHUP reads everything again, SIGTERM lets go."
  )

  @OptionGroup var source: ConfigurationOptions

  @Option(help: "Where the journal goes: auto, journal or stderr.")
  var log = JournalDestination.automatic.rawValue

  func validate() throws {
    guard JournalDestination(rawValue: log) == nil else { return }
    throw ValidationError("--log takes auto, journal or stderr, not '\(log)'")
  }

  func run() throws {
    if let lines = launch() {
      for line in lines { Output.complain(line) }
      throw ExitCode(1)
    }
  }

  /// Runs until the gate has ended; what stood in the way when it could not start.
  private func launch() -> [String]? {
    do throws(FaultReport) {
      return launch(try GateSetup.read(path: source.path))
    } catch {
      return error.faults.map(\.description)
    }
  }

  private func launch(_ setup: consuming GateSetup) -> [String]? {
    do throws(StartFault) {
      let destination = JournalDestination(rawValue: log) ?? .automatic
      let daemon = try Daemon.start(path: source.path, setup: setup, destination: destination)
      daemon.run()
      return nil
    } catch {
      return ["sallyport: \(error)"]
    }
  }
}
