import ArgumentParser
import Kernel
import Wire

/// `sallyport-lab network`: routers that talk to each other, until Ctrl-C.
struct NetworkCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "network",
    abstract: "Start real routers, say when they have converged, and keep them running."
  )

  @Option(help: "How many routers, 2 to 60.")
  var routers = 4

  @Option(help: "End after this many seconds; without it, at Ctrl-C.")
  var seconds: Double?

  @Option(help: "What the routers speak: \(RouterSettings.Transports.allCases.map(\.rawValue)).")
  var transports = RouterSettings.Transports.ntcp2

  @Option(
    help: "Peer tests of SSU2: \(RouterSettings.PeerTests.allCases.map(\.rawValue))."
  )
  var peerTests = RouterSettings.PeerTests.asShipped

  @Option(help: "Hops of a tunnel.")
  var length = 0

  @Option(help: "Tunnels each way of a destination.")
  var quantity = 4

  @Option(help: "Destinations behind the first router; the first that is ready serves.")
  var pairs = 8

  @Flag(name: .customLong("ipv6"), help: "Let the routers publish IPv6 addresses as well.")
  var hasIPv6 = false

  @Option(help: "Pause between the starts of two routers, in milliseconds.")
  var pause: UInt64 = 0

  @Option(help: "How much the routers log: none, error, warn, info, debug.")
  var log = "warn"

  @Option(help: "A setting of i2pd as section.key=value; may be repeated.")
  var set: [String] = []

  func validate() throws {
    if let seconds, !(0...86_400).contains(seconds) {
      throw ValidationError("--seconds is 0 to 86400.")
    }
  }

  func run() throws {
    try Interruption.guarding(keep)
  }

  private func keep() throws {
    try Prerequisites.check([.routers])
    let network = try LabNetwork.start(routers: routers, settings: try settings())
    defer { network.stop() }
    Self.show(network)
    print("page through the tunnels after \(Report.seconds(try network.waitForWeb()))")
    print("sessions everywhere after \(Report.seconds(try network.waitForSessions()))")
    guard let seconds else {
      while true { Pause.nanoseconds(3_600 * Nanoseconds.perSecond) }
    }
    Pause.nanoseconds(UInt64(seconds * Double(Nanoseconds.perSecond)))
    for router in network.routers { print(Report.line(router)) }
  }

  private func settings() throws -> RouterSettings {
    var settings = RouterSettings()
    settings.transports = transports
    settings.peerTests = peerTests
    settings.console = transports.hasSSU2 ? .on : .off
    settings.tunnelLength = length
    settings.tunnelQuantity = quantity
    settings.destinationPairs = pairs
    settings.hasIPv6 = hasIPv6
    settings.startPauseNanoseconds = pause * Nanoseconds.perMillisecond
    settings.logLevel = log
    for pair in set {
      guard let equals = pair.firstIndex(of: "=") else {
        throw ValidationError("--set \(pair): write section.key=value.")
      }
      settings.overrides[String(pair[..<equals])] = String(pair[pair.index(after: equals)...])
    }
    return settings
  }

  private static func show(_ network: LabNetwork) {
    let timing = network.timing
    print(
      "namespaces \(Report.seconds(timing.topologySeconds)),",
      "identities \(Report.seconds(timing.identitiesSeconds)),",
      "routers listening \(Report.seconds(timing.routersSeconds))"
    )
    for router in network.routers {
      print("r\(router.number) \(router.endpoint) ip netns exec \(router.namespace.name) ...")
    }
    print("world ip netns exec \(network.world.name) ...")
  }
}

extension RouterSettings.Transports: ExpressibleByArgument {}
extension RouterSettings.PeerTests: ExpressibleByArgument {}
