internal import Kernel
internal import Wire

/// Makes the labelled captures of `Tests/Corpus/Captures`: one file a kind of sender, all to the
/// same router, whose files are kept beside them.
struct CorpusRecording {
  static let connectionCount = 12
  /// Not all of them dial the first one within the time.
  private static let routerCount = 8
  private static let fileBytesMaximum = 160 << 10
  /// The network converges within some seconds; its connections to the first router come then.
  private static let convergenceNanoseconds = 12 * Nanoseconds.perSecond

  let directory: String
  let network: LabNetwork
  let router: LabRouter
  let facts: RouterFacts

  /// Records all senders into `directory`; what was recorded, one line a file.
  static func record(into directory: String) throws -> [String] {
    for router in CorpusRouter.allCases {
      try Files.makeDirectory("\(directory)/\(router.rawValue)")
    }
    var peers: PacketRecorder?
    // Whoever starts later dials those who are there: the first router so is dialled by all.
    var settings = RouterSettings()
    settings.startPauseNanoseconds = 2 * Nanoseconds.perSecond
    settings.hasIPv6OfFirst = true
    let network = try LabNetwork.start(routers: routerCount, settings: settings) { router in
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
    for capture in CorpusCapture.allCases where capture != .i2pd {
      lines.append(try recording.record(capture))
    }
    return lines
  }

  private static let world = [
    "host \(AddressPlan.ipv4(host: AddressPlan.worldNumber))",
    "host \(AddressPlan.ipv6(host: AddressPlan.worldNumber))",
    "net \(AddressPlan.worldSourcesIPv4)", "net \(AddressPlan.worldSourcesIPv6)",
  ]

  private static func recorder(
    _ capture: CorpusCapture,
    at router: LabRouter,
    into directory: String
  ) throws(LabError) -> PacketRecorder {
    // Other routers go on dialling while the world's senders are recorded. Probes of neighbouring
    // ports belong to what a scanner is.
    let settings = PacketRecorder.Settings(
      filter: capture == .i2pd
        ? "tcp port \(router.port) and host \(router.address)"
        : "tcp and (\(world.joined(separator: " or ")))",
      path: "\(directory)/\(capture.rawValue).pcap",
      byteCountMaximum: fileBytesMaximum
    )
    return try PacketRecorder(settings, in: router.namespace)
  }

  private func keepRouterFiles() throws(LabError) {
    for name in ["router.info", "ntcp2.keys"] {
      guard let bytes = Files.bytes("\(router.directory)/\(name)") else {
        throw LabError("the router has no \(name)")
      }
      try Files.write(bytes, to: "\(directory)/\(CorpusRouter.i2pd.rawValue)/\(name)")
    }
  }

  private func record(_ capture: CorpusCapture) throws -> String {
    let recorder = try Self.recorder(capture, at: router, into: directory)
    defer { recorder.stop() }
    switch capture {
    case .i2pd: break
    case .initiator, .initiatorIPv6, .crowd, .returning, .slow: try recordHonest(capture)
    case .hybrid: try recordHybrid()
    case .neighbours: try recordNeighbours()
    case .zmap, .masscan, .nmap, .hping3: try recordScanner(capture)
    case .curl, .openssl, .ssh, .redis: try recordClient(capture)
    case .stratum: try flood(.stratum)
    case .silent: try flood(.silent)
    case .garbage: try flood(.garbage)
    case .replay: try flood(.replay)
    }
    return "\(capture.rawValue): \(recorder.stop()) packets"
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
}
