/// The files that HAProxy reads when it runs for comparison.
enum HAProxyConfiguration {
  /// How long HAProxy waits for a first flight; routers wait ten seconds and more.
  static let inspectDelaySeconds = 10
  /// How a miner begins: the first bytes of a line of Stratum.
  static let minerStarts = [#"{"id""#, #"{"method"#, #"{"params"#, #"{"jsonrp"#]
  /// As many bytes as the longest of them has.
  ///
  /// Exactly so many are looked at: with "all that is there" HAProxy cannot be sure of a mismatch
  /// before its delay is over, and holds every honest connection for ten seconds.
  static let minerStartBytes = 8
  /// The shortest first flight of NTCP2.
  static let firstFlightBytes = 64

  /// Refuses miners and those who do not send a first flight in time; the rest passes.
  static func filtering(_ route: BenchPeer.Route) -> String {
    """
    \(common)
    frontend gate
      bind \(route.listen) transparent
      tcp-request inspect-delay \(inspectDelaySeconds)s
      tcp-request content reject if { req.payload(0,\(minerStartBytes)) -m beg \(minerPatterns) }
      tcp-request content accept if { req.len ge \(firstFlightBytes) }
      tcp-request content reject if WAIT_END
      default_backend routers
    \(backend(route))
    """
  }

  private static var minerPatterns: String {
    minerStarts.map { "'\($0)'" }.joined(separator: " ")
  }

  /// Passes everything on, spliced.
  static func transparent(_ route: BenchPeer.Route) -> String {
    """
    \(common)
    frontend gate
      bind \(route.listen) transparent
      default_backend routers
    \(backend(route))
    """
  }

  private static let common = """
    global
      nbthread 1
      maxconn \(BenchPeer.connectionsMax)
    defaults
      mode tcp
      timeout connect 5s
      timeout client 300s
      timeout server 300s
    """

  private static func backend(_ route: BenchPeer.Route) -> String {
    """
    backend routers
      option splice-auto
      source 0.0.0.0 usesrc clientip
      server router \(route.target)

    """
  }
}
