import Filter
import Telemetry
import Wire

@testable import Lab
@testable import Proxy

/// A router identity with known keys, and what is made for it.
enum TestRouter {
  static let privateKey = [UInt8](repeating: 0x33, count: 32)
  static let endpoint = Endpoint(address: SourceAddress(ipv4: 0xcb00_7107), port: 17_654)
  /// Seconds since 1970 when the made-up clocks stand at zero.
  static let wallStart: UInt64 = 1_800_000_000

  /// What an initiator knows of it.
  static let published = RouterFacts(
    hash: [UInt8](repeating: 0x11, count: 32),
    staticKey: Primitives.publicKey(of: privateKey),
    initializationVector: [UInt8](repeating: 0x22, count: 16),
    endpoint: endpoint,
    networkIdentifier: 2
  )

  /// What the gate knows of it.
  static func facts(_ kind: RouterKind, version: UInt32 = 966) -> NTCP2Facts {
    NTCP2Facts(
      kind: kind,
      version: version,
      routerHash: published.hash,
      initializationVector: published.initializationVector,
      staticPublicKey: published.staticKey,
      networkIdentifier: published.networkIdentifier,
      hybrid: nil
    )
  }

  /// A policy for it; without `proves` the gate has no private key.
  static func policy(
    _ kind: RouterKind = .i2pd,
    limits: LimitSettings,
    proves: Bool = true,
    destination: Destination = .fixed(endpoint),
    rules: RuleBook = RuleBook(),
    refusedFlights: FlightRing? = nil
  ) throws -> Policy {
    var key = privateKey
    let handshake = NTCP2Handshake(
      facts: facts(kind),
      privateKey: proves ? SecretBytes(moving: &key) : nil
    )
    let greeting = SignatureDefinition(
      name: "http",
      patterns: [try SignaturePattern(text: "`GET /`".utf8)],
      action: .mimic,
      mode: .enforce
    )
    return Policy(
      law: Law(
        handshake: handshake,
        rules: SharedRules(try RuleProgram(rules), signatures: try SignatureSet([greeting])),
        limits: limits
      ),
      places: MatchPlaces(),
      destination: destination,
      refusedFlights: refusedFlights
    )
  }

  /// Bytes of the second part of message 3 that `flight` announces.
  static let message3Part2Length = 900
  /// Bytes of message 3 as a peer sends it: key, tag and the second part.
  static let message3Length = 48 + message3Part2Length

  /// A first flight for it.
  static func flight(
    padding: Int,
    wallSeconds: UInt64,
    key: [UInt8]? = nil,
    _ change: (inout FirstFlightOptions) -> Void = { _ in }
  ) -> [UInt8] {
    var options = FirstFlightOptions()
    options.padding = [UInt8](repeating: 0x5a, count: padding)
    options.ephemeralPrivateKey = key
    change(&options)
    let flight = FirstFlight(
      for: published,
      options: options,
      messageThreeLength: message3Part2Length,
      wallSeconds: wallSeconds
    )
    return flight.bytes
  }
}
