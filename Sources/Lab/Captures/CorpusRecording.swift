internal import Kernel
internal import Wire

/// Makes the labelled captures of `Tests/Corpus/Captures`: one file a kind of sender, all to the
/// same router, whose files are kept beside them.
struct CorpusRecording {
  /// Who is recorded; the file is named after it.
  enum Sender: String, CaseIterable {
    /// Other i2pd routers, at their own work.
    case i2pd
    /// Our own initiator, from many addresses, to an established session.
    case initiator
    /// The scanners, as Debian ships them.
    case zmap, masscan, nmap
    /// What a miner says first.
    case stratum
    /// Connections that say nothing.
    case silent
    /// Random bytes of a first flight's length.
    case garbage
    /// An honest first flight, said again and again.
    case replay
  }

  private static let connectionCount = 12
  private static let fileBytesMaximum = 160 << 10
  /// The network converges within some seconds; its connections to the first router come then.
  private static let convergenceNanoseconds = 12 * Nanoseconds.perSecond

  private let directory: String
  private let network: LabNetwork
  private let router: LabRouter
  private let facts: RouterFacts

  /// Records all senders into `directory`; what was recorded, one line a file.
  static func record(into directory: String) throws -> [String] {
    try Files.makeDirectory(directory + "/router")
    var peers: PacketRecorder?
    // Whoever starts later dials those who are there: the first router so is dialled by all.
    var settings = RouterSettings()
    settings.startPauseNanoseconds = 2 * Nanoseconds.perSecond
    let network = try LabNetwork.start(routers: 5, settings: settings) { router in
      guard router.number == 1 else { return }
      peers = try recorder(.i2pd, at: router, into: directory)
    }
    defer { network.stop() }
    Pause.nanoseconds(convergenceNanoseconds)
    var lines = ["i2pd: \(peers?.stop() ?? 0) packets"]
    let router = network.routers[0]
    let recording = CorpusRecording(
      directory: directory,
      network: network,
      router: router,
      facts: try RouterFacts.read(directory: router.directory)
    )
    try recording.keepRouterFiles()
    for sender in Sender.allCases where sender != .i2pd {
      lines.append(try recording.record(sender))
    }
    return lines
  }

  private static let world = AddressPlan.ipv4(host: AddressPlan.worldNumber)

  private static func recorder(
    _ sender: Sender,
    at router: LabRouter,
    into directory: String
  ) throws(LabError) -> PacketRecorder {
    // Other routers go on dialling while the world's senders are recorded. Probes of neighbouring
    // ports belong to what a scanner is.
    let world = "tcp and (host \(world) or net \(AddressPlan.worldSourcesIPv4))"
    let settings = PacketRecorder.Settings(
      filter: sender == .i2pd ? "tcp port \(router.port) and host \(router.address)" : world,
      path: "\(directory)/\(sender.rawValue).pcap",
      byteCountMaximum: fileBytesMaximum
    )
    return try PacketRecorder(settings, in: router.namespace)
  }

  private func keepRouterFiles() throws(LabError) {
    for name in ["router.info", "ntcp2.keys"] {
      guard let bytes = Files.bytes("\(router.directory)/\(name)") else {
        throw LabError("the router has no \(name)")
      }
      try Files.write(bytes, to: "\(directory)/router/\(name)")
    }
  }

  private func record(_ sender: Sender) throws -> String {
    let recorder = try Self.recorder(sender, at: router, into: directory)
    defer { recorder.stop() }
    switch sender {
    case .i2pd: break
    case .initiator: try shakeHands()
    case .zmap, .masscan, .nmap: try scan(sender)
    case .stratum: try flood(.stratum)
    case .silent: try flood(.silent)
    case .garbage: try flood(.garbage)
    case .replay: try flood(.replay)
    }
    return "\(sender.rawValue): \(recorder.stop()) packets"
  }

  private func shakeHands() throws {
    let (target, facts) = (router.endpoint, facts)
    for index in 0..<UInt32(Self.connectionCount) {
      let source = AddressPlan.worldSource(2_000_000 + index * 257)
      let result = try network.world.run {
        var options = HandshakeOptions()
        options.farewell = .sendMessageFirst
        return Initiator.handshake(to: target, from: source, router: facts, options: options)
      }
      guard result.end == .established else {
        throw LabError("an honest handshake ended with \(result.end)")
      }
    }
  }

  private func flood(_ kind: FloodKind) throws {
    var settings = FloodSettings(
      kind: kind,
      target: router.endpoint,
      durationNanoseconds: Nanoseconds.perSecond
    )
    guard let prefix = SourcePrefix("11.80.0.0/16") else { return }
    settings.sources = FloodSources(network: prefix, count: Self.connectionCount)
    settings.ratePerSecond = Double(Self.connectionCount)
    settings.holdNanoseconds = Nanoseconds.perSecond
    settings.router = facts
    let flood = try RunningFlood(settings, in: network.world)
    Pause.nanoseconds(3 * Nanoseconds.perSecond)
    if let failure = flood.stop() { throw LabError("\(failure)") }
  }

  private func scan(_ sender: Sender) throws {
    let program = try Toolbox.path(of: sender.rawValue, package: sender.rawValue)
    let gateway = try hardwareAddressOfGateway()
    let target = "\(router.address)"
    let own = "\(network.topology.world.address)"
    let arguments: [String] =
      switch sender {
      case .zmap:
        [
          "-p", "\(router.port)", "-i", "eth0", "-G", gateway, "-S", own, "-b", "/dev/null",
          "-c", "1", "-r", "100", "-q", "-o", "/dev/null", "\(target)/32",
        ]
      case .masscan:
        [
          "-p\(router.port)", target, "--adapter", "eth0", "--adapter-ip", own, "--router-mac",
          gateway, "--rate", "10", "--wait", "1",
        ]
      default:
        ["-sS", "-n", "-Pn", "-p", "\(router.port - 4)-\(router.port + 3)", target]
      }
    try ToolCommand.run(
      [program] + arguments,
      namespacePath: network.world.path,
      scratchDirectory: network.directory
    )
  }

  private func hardwareAddressOfGateway() throws(LabError) -> String {
    let text = try ToolCommand.run(
      [try Toolbox.found().ip, "-o", "link", "show", "to-\(AddressPlan.worldNumber)"],
      namespacePath: network.topology.hub.path,
      scratchDirectory: network.directory
    )
    let words = text.split(separator: " ")
    guard let place = words.firstIndex(of: "link/ether"), place + 1 < words.count else {
      throw LabError("the gateway has no hardware address: \(text)")
    }
    return String(words[place + 1])
  }
}
