internal import Wire

/// What i2pd's console tells of a router at one moment: what it thinks of its own reachability, and
/// its sessions.
struct RouterConsole: Equatable, Sendable {
  /// Where the console is, in the router's namespace.
  static let endpoint = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 7_070)
  private static let timeoutNanoseconds = 3 * Nanoseconds.perSecond

  /// What a router thinks of its reachability.
  enum Reachability: String, Sendable {
    /// Strangers reach it.
    case reachable = "OK"
    /// Strangers reach it through introducers alone.
    case firewalled = "Firewalled"
    /// It has not found out yet.
    case testing = "Testing"
    /// The last test said nothing.
    case unknown = "Unknown"
    /// An error, such as a port that is not its own.
    case other
  }

  /// One session of SSU2.
  struct Session: Equatable, Sendable {
    /// The first characters of the peer's hash.
    let peer: String
    /// Where the peer is.
    let endpoint: Endpoint
    /// Who began it.
    let direction: Direction
  }

  /// Who began a session.
  enum Direction: Sendable {
    /// The peer.
    case incoming
    /// The router.
    case outgoing
  }

  /// What it thinks of its reachability.
  let reachability: Reachability
  /// The same in the console's words.
  let statusText: String
  /// Its sessions of SSU2.
  let sessionsSSU2: [Session]

  /// Reads the two pages; nil when the first holds no status.
  init?(mainPage: String, transportsPage: String) {
    let mark = "<b>Network status:</b> "
    guard let start = mainPage.firstRange(of: mark)?.upperBound else { return nil }
    statusText = String(mainPage[start...].prefix { $0 != "<" })
    // An error stands behind the status: "OK - Symmetric NAT".
    reachability = Reachability(rawValue: statusText) ?? .other
    sessionsSSU2 = transportsPage.split(separator: "<div class=\"listitem\">").dropFirst()
      .compactMap { Self.session($0.prefix { $0 != "<" }) }
  }

  /// Reads ` &#8658; N0E3: 11.3.0.1:9222 [1:2]` (outgoing) or `N0E3: 11.3.0.1:9222 &#8658; [1:2]`.
  private static func session(_ line: Substring) -> Session? {
    let words = line.split { $0 == " " || $0 == "\n" }
    let arrow = "&#8658;"
    let direction: Direction = words.first == Substring(arrow) ? .outgoing : .incoming
    let rest = words.filter { $0 != Substring(arrow) }
    guard rest.count >= 2, rest[0].hasSuffix(":"), let endpoint = Endpoint(rest[1]) else {
      return nil
    }
    return Session(peer: String(rest[0].dropLast()), endpoint: endpoint, direction: direction)
  }

  fileprivate static func page(_ path: String, of router: LabRouter) -> String? {
    let response = try? TinyHTTP.get(
      path,
      in: router.namespace,
      from: endpoint,
      timeoutNanoseconds: timeoutNanoseconds
    )
    return response.map { String(decoding: $0.body, as: UTF8.self) }
  }
}

extension LabRouter {
  /// Reads the router's console; nil while it is stopped or has none.
  func lookAtConsole() -> RouterConsole? {
    guard configuration.settings.console == .on, pid != nil,
      let main = RouterConsole.page("/", of: self),
      let transports = RouterConsole.page("/?page=transports", of: self)
    else { return nil }
    return RouterConsole(mainPage: main, transportsPage: transports)
  }

  /// The introducers in its RouterInfo: hashes of those through whom strangers reach it.
  var introducers: [String] {
    guard let bytes = Files.bytes(routerInfoPath), let info = try? RouterInfo(bytes) else {
      return []
    }
    return info.addresses.filter(\.speaksSSU2).flatMap { address in
      (0..<3).compactMap { address.options["ih\($0)"] }
    }
  }
}
