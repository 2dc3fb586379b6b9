/// Makes routers known to each other without a reseed server.
enum Introduction {
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
    for router in routers { try router.start() }
    for router in routers { try router.waitForFiles(["router.info", "router.keys"]) }
    try first.waitForFiles(keyFiles)
    // Killed, not stopped: all that is wanted is on disk, and an orderly end takes a second.
    for router in routers { router.kill() }

    try exchange(routers)
    let destinations = try keyFiles.map { (name) throws(LabError) in
      try identity(in: "\(first.directory)/\(name)")
    }
    try Files.write(
      last.configuration.clientTunnels(from: LabNetwork.webClient, to: destinations),
      to: "\(last.directory)/tunnels.conf"
    )
  }

  private static func exchange(_ routers: [LabRouter]) throws(LabError) {
    for author in routers {
      let name = try identity(in: author.routerInfoPath).pathInNetDb
      guard let info = Files.bytes(author.routerInfoPath) else {
        throw LabError("cannot read \(author.routerInfoPath)")
      }
      for reader in routers where reader.number != author.number {
        let path = "\(reader.directory)/\(name)"
        try Files.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try Files.write(info, to: path)
      }
    }
  }

  private static func identity(in path: String) throws(LabError) -> RouterIdentity {
    guard let identity = Files.bytes(path).flatMap(RouterIdentity.init(startOf:)) else {
      throw LabError("\(path) holds no identity")
    }
    return identity
  }
}
