internal import ArgumentParser
internal import CLinux
internal import Kernel
internal import Wire

/// `sallyport-lab flood`: one flood from this process's network namespace, bounded in everything.
struct FloodCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "flood",
    abstract: "Flood a router of the lab from many local addresses.",
    discussion: "Only for networks of your own: run it inside a network namespace."
  )

  @Option(
    help: "What each connection does: \(FloodKind.names); datagrams: \(DatagramFloodKind.names)."
  )
  var kind: String

  @Option(help: "Where to, address:port.")
  var target: String

  @Option(help: "The directory with the router's router.info, for all that is made for it.")
  var routerDirectory: String?

  @Option(help: "The network to come from, all of it local here, e.g. 11.64.0.0/16.")
  var sources: String?

  @Option(help: "How many addresses of that network.")
  var count: Int = 60_000

  @Option(help: "Connections a second; default: as many as possible.")
  var rate: Double?

  @Option(help: "Seconds to make connections.")
  var seconds: Double = 10

  @Option(help: "Seconds to hold a connection.")
  var hold: Double = 10

  @Option(help: "Most connections open at once.")
  var open: Int = 10_000

  @Option(help: "When full: wait, or drop-oldest.")
  var whenFull: String = FloodSettings.WhenFull.wait.rawValue

  @Option(help: "Milliseconds between two bytes of a dribble.")
  var dribble: UInt64 = 500

  @Option(help: "Honest first flights to make before the start.")
  var flights: Int = 20_000

  @Option(help: "The core to run on.")
  var core: Int32?

  func run() throws {
    if let kind = DatagramFloodKind(rawValue: kind) {
      print(try DatagramFlood.run(datagramSettings(kind)))
    } else {
      print(try Flood.run(settings()))
    }
  }

  private func settings() throws -> FloodSettings {
    guard let kind = FloodKind(rawValue: kind) else {
      throw ValidationError("--kind \(self.kind): choose one of \(FloodKind.names).")
    }
    guard let whenFull = FloodSettings.WhenFull(rawValue: whenFull) else {
      throw ValidationError("--when-full \(self.whenFull): choose wait or drop-oldest.")
    }
    var settings = FloodSettings(
      kind: kind,
      target: try LabArguments.endpoint(target),
      sources: try sourceAddresses(),
      ratePerSecond: rate,
      durationNanoseconds: try nanoseconds(seconds, "--seconds")
    )
    settings.holdNanoseconds = try nanoseconds(hold, "--hold")
    settings.openConnectionsMaximum = open
    settings.whenFull = whenFull
    settings.dribbleIntervalNanoseconds = min(dribble, 3_600_000) * Nanoseconds.perMillisecond
    settings.router = try routerDirectory.map { try RouterFacts.read(directory: $0) }
    settings.preparedFlightCount = flights
    settings.core = core
    return settings
  }

  private func datagramSettings(_ kind: DatagramFloodKind) throws -> DatagramFloodSettings {
    guard let sources = try sourceAddresses() else {
      throw ValidationError("--sources: datagrams need a network for their senders.")
    }
    var settings = DatagramFloodSettings(
      kind: kind,
      target: try LabArguments.endpoint(target),
      sources: sources,
      ratePerSecond: rate,
      durationNanoseconds: try nanoseconds(seconds, "--seconds")
    )
    settings.router = try routerDirectory.map { try SSU2RouterFacts.read(directory: $0) }
    settings.preparedCount = flights
    settings.core = core
    if kind == .replay, let router = settings.router {
      settings.recordings = SSU2Initiator.recording(of: settings.target, router: router)
    }
    return settings
  }

  private func sourceAddresses() throws -> FloodSources? {
    guard let sources else { return nil }
    guard let network = SourcePrefix(sources),
      let pool = FloodSources(network: network, count: count)
    else {
      throw ValidationError("--sources \(sources): not a network such as 11.64.0.0/16.")
    }
    return pool
  }

  private func nanoseconds(_ seconds: Double, _ name: String) throws -> UInt64 {
    guard seconds >= 0, seconds <= 86_400 else {
      throw ValidationError("\(name) \(seconds): from 0 to 86400 seconds.")
    }
    return UInt64(seconds * 1e9)
  }
}

/// `sallyport-lab acceptor`: accepts and forgets, so that a flood's own limit can be measured.
struct AcceptorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "acceptor",
    abstract: "Accept and forget connections, to measure what a flood can reach."
  )

  @Option(help: "Where to listen, address:port.")
  var listen: String

  @Option(help: "Seconds to run.")
  var seconds: UInt64 = 30

  @Option(help: "The core to run on.")
  var core: Int32?

  func run() throws {
    let endpoint = try LabArguments.endpoint(listen)
    let stop = FloodStop()
    let core = core
    let thread = LabThread { () -> String in
      do throws(Errno) {
        if let core { _ = try Errno.check(linux_pin_thread(core)) }
        var acceptor = try TrivialAcceptor.listening(at: endpoint)
        acceptor.run(stop: stop)
        return "accepted \(acceptor.accepted), received \(acceptor.bytesReceived) bytes"
      } catch {
        return "\(endpoint): \(error)"
      }
    }
    Pause.nanoseconds(min(seconds, 86_400) * Nanoseconds.perSecond)
    stop.raise()
    print(thread.join())
  }
}
