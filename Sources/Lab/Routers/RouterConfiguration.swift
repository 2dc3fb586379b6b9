import Wire

/// The files that a router of the lab reads: i2pd.conf and tunnels.conf.
struct RouterConfiguration: Sendable {
  let settings: RouterSettings
  let host: LabHost
  /// The router's own directory.
  let directory: String
  /// Whether it keeps a part of the network's database.
  let isFloodfill: Bool

  /// i2pd.conf: `section.key = value` lines, the overrides last.
  ///
  /// Switches such as `nat` are read from a file only; on i2pd's command line they take no value.
  var text: String {
    var values = base
    values.merge(transportValues) { $1 }
    if settings.hasIPv6 {
      // `host` is the IPv4 address; without the interface i2pd publishes ::1.
      values.merge(["ipv6": "true", "ifname6": "eth0"]) { $1 }
    }
    if settings.console == .on {
      let endpoint = RouterConsole.endpoint
      values.merge([
        "http.enabled": "true", "http.address": "\(endpoint.address)",
        "http.port": "\(endpoint.port)",
      ]) { $1 }
    }
    values.merge(settings.overrides) { $1 }
    return values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
  }

  /// What is added to i2pd.conf for a router that trusts `peers` and so needs no peer tests.
  static func trust(in peers: [RouterIdentity]) -> String {
    let names = peers.map(\.base64).joined(separator: ",")
    return "trust.enabled = true\ntrust.routers = \(names)\n"
  }

  private var base: [String: String] {
    [
      "netid": "\(RouterSettings.networkID)",
      "nat": "false",
      "ipv4": "true",
      "ipv6": "false",
      "ssu": "false",
      "host": "\(host.address)",
      "floodfill": "\(isFloodfill)",
      "bandwidth": "X",
      "log": "file",
      "logfile": logPath,
      "loglevel": settings.logLevel,
      "exploratory.inbound.length": "1",
      "exploratory.outbound.length": "1",
      "reseed.threshold": "0",
      "reseed.urls": "",
      "reseed.yggurls": "",
      "addressbook.enabled": "false",
      "http.enabled": "false",
      "httpproxy.enabled": "false",
      "socksproxy.enabled": "false",
      "sam.enabled": "false",
      "bob.enabled": "false",
      "i2cp.enabled": "false",
      "upnp.enabled": "false",
      "precomputation.elgamal": "false",
    ]
  }

  private var transportValues: [String: String] {
    [
      "ntcp2.enabled": "\(settings.transports.hasNTCP2)",
      "ntcp2.published": "\(settings.transports.hasNTCP2)",
      "ntcp2.port": "\(settings.portNTCP2)",
      "ssu2.enabled": "\(settings.transports.hasSSU2)",
      "ssu2.published": "\(settings.transports.hasSSU2)",
      "ssu2.port": "\(settings.portSSU2)",
    ]
  }

  /// The file i2pd logs to.
  var logPath: String { "\(directory)/i2pd.log" }

  /// What the router is started with.
  var arguments: [String] {
    [
      settings.program,
      "--datadir=\(directory)",
      "--conf=\(directory)/i2pd.conf",
      "--tunconf=\(directory)/tunnels.conf",
      "--tunnelsdir=\(directory)/tunnels.d",
    ]
  }

  /// tunnels.conf of the router with the web server behind it: every pair leads to `target`.
  func serverTunnels(to target: Endpoint) -> String {
    (0..<settings.destinationPairs).map { pair in
      """
      [web\(pair)]
      type = server
      host = \(target.address)
      port = \(target.port)
      keys = \(Self.serverKeys(pair))
      \(tunnelValues)
      """
    }.joined()
  }

  /// tunnels.conf of the router with the clients: the tunnel of pair number `n` starts at port
  /// `listener.port + n` and leads to `destinations[n]`.
  func clientTunnels(from listener: Endpoint, to destinations: [RouterIdentity]) -> String {
    destinations.enumerated().map { pair, destination in
      """
      [web\(pair)]
      type = client
      address = \(listener.address)
      port = \(Int(listener.port) + pair)
      destination = \(destination.base32Name)
      keys = client\(pair).dat
      \(tunnelValues)
      """
    }.joined()
  }

  /// The file with the keys of the destination of pair number `pair`.
  static func serverKeys(_ pair: Int) -> String { "web\(pair).dat" }

  private var tunnelValues: String {
    let lines = ["inbound", "outbound"].flatMap { direction in
      [
        "\(direction).length = \(settings.tunnelLength)",
        "\(direction).quantity = \(settings.tunnelQuantity)",
      ]
    }
    return lines.joined(separator: "\n") + "\n\n"
  }
}
