import Wire

/// The files that a router of the lab reads: i2pd.conf and tunnels.conf.
struct RouterConfiguration: Sendable {
  let settings: RouterSettings
  let host: LabHost
  let directory: String

  /// i2pd.conf: `section.key = value` lines, the overrides last.
  ///
  /// Switches such as `nat` are read from a file only; on i2pd's command line they take no value.
  var text: String {
    var values = base
    values.merge(transportValues) { $1 }
    values.merge(settings.overrides) { $1 }
    return values.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value)\n" }.joined()
  }

  private var base: [String: String] {
    [
      "netid": "\(RouterSettings.networkID)",
      "nat": "false",
      "ipv4": "true",
      "ipv6": "false",
      "ssu": "false",
      "host": "\(host.address)",
      "floodfill": "true",
      "bandwidth": "X",
      "log": "file",
      "logfile": logPath,
      "loglevel": settings.logLevel,
      "exploratory.inbound.length": "\(settings.tunnelLength)",
      "exploratory.outbound.length": "\(settings.tunnelLength)",
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

  /// tunnels.conf of the router with the web server behind it.
  func serverTunnel(to target: Endpoint, hop: RouterIdentity?) -> String {
    """
    [web]
    type = server
    host = \(target.address)
    port = \(target.port)
    keys = web.dat
    \(tunnelValues(hop: hop))
    """
  }

  /// tunnels.conf of the router with the client: `listener` leads to `destination`.
  func clientTunnel(from listener: Endpoint, to destination: String, hop: RouterIdentity?) -> String {
    """
    [web]
    type = client
    address = \(listener.address)
    port = \(listener.port)
    destination = \(destination)
    keys = client.dat
    \(tunnelValues(hop: hop))
    """
  }

  private func tunnelValues(hop: RouterIdentity?) -> String {
    var lines = ["inbound", "outbound"].flatMap { direction in
      [
        "\(direction).length = \(settings.tunnelLength)",
        "\(direction).quantity = \(settings.tunnelQuantity)",
      ]
    }
    if let hop, settings.namesHops { lines.append("explicitPeers = \(hop.base64)") }
    return lines.joined(separator: "\n") + "\n"
  }
}
