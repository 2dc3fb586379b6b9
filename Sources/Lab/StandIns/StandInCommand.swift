internal import ArgumentParser
internal import Kernel
internal import Wire

/// `sallyport-lab java-stand-in`: a Java router's inbound side, without Java.
struct StandInCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "java-stand-in",
    abstract: "Answer as a Java router does, with its limit of newcomers a minute."
  )

  @Option(help: "What to speak: ntcp2 or ssu2.")
  var transport = LabTransport.ntcp2

  @Option(help: "Where to listen, address:port.")
  var listen: String

  @Option(help: "The directory for router.info and router.config; it must exist.")
  var directory: String

  @Option(help: "The network it belongs to.")
  var network: UInt8 = 99

  @Option(help: "Seconds to run.")
  var seconds: UInt64 = 60

  func run() throws {
    let stop = FloodStop()
    let length = min(seconds, 86_400) * Nanoseconds.perSecond
    let timer = LabThread {
      Pause.nanoseconds(length)
      stop.raise()
    }
    switch transport {
    case .ntcp2:
      var standIn = try JavaInboundLimiter.listening(
        at: LabArguments.endpoint(listen),
        networkIdentifier: network,
        directory: directory
      )
      standIn.run(stop: stop)
      print(standIn.counters.snapshot)
    case .ssu2:
      var standIn = try JavaSSU2Inbound.listening(
        at: LabArguments.endpoint(listen),
        networkIdentifier: network,
        directory: directory
      )
      standIn.run(stop: stop)
      print(standIn.counters.snapshot)
    }
    timer.join()
  }
}
