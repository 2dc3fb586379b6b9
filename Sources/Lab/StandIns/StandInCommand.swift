internal import ArgumentParser
internal import Kernel
internal import Wire

/// `sallyport-lab java-stand-in`: a Java router's inbound side, without Java.
struct StandInCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "java-stand-in",
    abstract: "Answer NTCP2 as a Java router does, with its limit of new connections a minute."
  )

  @Option(help: "Where to listen, address:port.")
  var listen: String

  @Option(help: "The directory for router.info and router.config; it must exist.")
  var directory: String

  @Option(help: "The network it belongs to.")
  var network: UInt8 = 99

  @Option(help: "Seconds to run.")
  var seconds: UInt64 = 60

  func run() throws {
    var standIn = try JavaInboundLimiter.listening(
      at: LabArguments.endpoint(listen),
      networkIdentifier: network,
      directory: directory
    )
    let stop = FloodStop()
    let length = min(seconds, 86_400) * Nanoseconds.perSecond
    let timer = LabThread {
      Pause.nanoseconds(length)
      stop.raise()
    }
    standIn.run(stop: stop)
    timer.join()
    print(standIn.counters.snapshot)
  }
}
