/// Makes routers known to each other without a reseed server.
enum Introduction {
  /// How often a router is started for its files.
  private static let attemptsMax = 5

  /// Starts every router once so that it writes its files, stops it, and copies each router.info
  /// into the netDb of all others; then writes the client tunnels of the last router.
  static func perform(_ routers: [LabRouter]) throws(LabError) {
    guard let first = routers.first, let last = routers.last else { return }
    let keyFiles = (0..<first.configuration.settings.destinationPairs)
      .map(RouterConfiguration.serverKeys)
    try Files.write(
      first.configuration.serverTunnels(to: LabNetwork.webServer),
      to: "\(first.directory)/tunnels.conf"
    )
    try writeFiles(of: routers, keysOfFirst: keyFiles)
    for author in routers {
      for reader in routers where reader.number != author.number {
        try introduce(author, to: reader)
      }
    }
    if first.configuration.settings.peerTests == .off {
      for router in routers { try trustOthers(router, among: routers) }
    }
    let destinations = try keyFiles.map { (name) throws(LabError) in
      try identity(in: "\(first.directory)/\(name)")
    }
    try Files.write(
      last.configuration.clientTunnels(from: LabNetwork.webClient, to: destinations),
      to: "\(last.directory)/tunnels.conf"
    )
  }

  /// Starts `routers` once, so that they have their files, and ends them.
  static func writeFiles(
    of routers: [LabRouter],
    keysOfFirst keyFiles: [String] = []
  ) throws(LabError) {
    var unwritten = routers
    for attempt in 1...attemptsMax where !unwritten.isEmpty {
      for router in unwritten { try router.start() }
      do throws(LabError) {
        for router in unwritten { try router.waitForFiles(["router.info", "router.keys"]) }
        if let first = routers.first, first.pid != nil { try first.waitForFiles(keyFiles) }
      } catch {
        // i2pd now and then ends in its first moments.
        guard attempt < attemptsMax else { throw error }
        print(error)
      }
      // Killed, not stopped: all that is wanted is on disk, and an orderly end takes a second.
      for router in unwritten { router.kill() }
      // i2pd rewrites router.info in place some moments after its start: the kill may have met it.
      unwritten = unwritten.filter { !$0.hasWholeRouterInfo }
    }
  }

  /// Lets `reader`, which is stopped, find `author` in its netDb.
  static func introduce(_ author: LabRouter, to reader: LabRouter) throws(LabError) {
    let name = try identity(in: author.routerInfoPath).pathInNetDb
    guard let info = Files.bytes(author.routerInfoPath) else {
      throw LabError("cannot read \(author.routerInfoPath)")
    }
    let path = "\(reader.directory)/\(name)"
    try Files.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
    try Files.write(info, to: path)
  }

  private static func trustOthers(
    _ router: LabRouter,
    among routers: [LabRouter]
  ) throws(LabError) {
    let peers = routers.filter { $0.number != router.number }.compactMap(\.identity)
    try Files.write(
      router.configuration.text + RouterConfiguration.trust(in: peers),
      to: "\(router.directory)/i2pd.conf"
    )
  }

  private static func identity(in path: String) throws(LabError) -> RouterIdentity {
    guard let identity = Files.bytes(path).flatMap(RouterIdentity.init(startOf:)) else {
      throw LabError("\(path) holds no identity")
    }
    return identity
  }
}
