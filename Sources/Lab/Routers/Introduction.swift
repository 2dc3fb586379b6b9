/// Makes routers known to each other without a reseed server.
enum Introduction {
  /// Starts every router once so that it writes its files, stops it, and copies each router.info
  /// into the netDb of all others; then writes the tunnels of the first and the last router.
  static func perform(_ routers: [LabRouter]) throws(LabError) {
    guard let first = routers.first, let last = routers.last else { return }
    try Files.write(
      first.configuration.serverTunnel(to: LabNetwork.webServer, hop: nil),
      to: "\(first.directory)/tunnels.conf"
    )
    for router in routers { try router.start() }
    for router in routers { try router.waitForFiles(["router.info", "router.keys"]) }
    try first.waitForFiles(["web.dat"])
    // Killed, not stopped: all that is wanted is on disk, and an orderly end takes a second.
    for router in routers { router.kill() }

    let identities = try routers.map { (router) throws(LabError) -> RouterIdentity in
      guard let identity = router.identity else {
        throw LabError("\(router.routerInfoPath) holds no identity")
      }
      return identity
    }
    try exchange(routers, identities)
    try writeTunnels(first: first, last: last, identities: identities)
  }

  private static func exchange(
    _ routers: [LabRouter],
    _ identities: [RouterIdentity]
  ) throws(LabError) {
    for (author, identity) in zip(routers, identities) {
      guard let info = Files.bytes(author.routerInfoPath) else {
        throw LabError("cannot read \(author.routerInfoPath)")
      }
      for reader in routers where reader.number != author.number {
        let path = "\(reader.directory)/\(identity.pathInNetDb)"
        try Files.makeDirectory(String(path[..<(path.lastIndex(of: "/") ?? path.endIndex)]))
        try Files.write(info, to: path)
      }
    }
  }

  private static func writeTunnels(
    first: LabRouter,
    last: LabRouter,
    identities: [RouterIdentity]
  ) throws(LabError) {
    guard let keys = Files.bytes("\(first.directory)/web.dat"),
      let destination = RouterIdentity(startOf: keys)
    else { throw LabError("\(first.directory)/web.dat holds no destination") }
    // The next router in the ring is the hop: known from the start, and never oneself.
    try Files.write(
      first.configuration.serverTunnel(to: LabNetwork.webServer, hop: identities[1]),
      to: "\(first.directory)/tunnels.conf"
    )
    try Files.write(
      last.configuration.clientTunnel(
        from: LabNetwork.webClient,
        to: destination.base32Name,
        hop: identities[0]
      ),
      to: "\(last.directory)/tunnels.conf"
    )
  }
}
