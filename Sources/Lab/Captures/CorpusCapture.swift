internal import Wire

/// The labelled captures of `Tests/Corpus/Captures`; each file is named after what is recorded.
enum CorpusCapture: String, CaseIterable, Sendable {
  /// Other i2pd routers, at their own work.
  case i2pd
  /// Our own initiator, from many addresses, to an established session.
  case initiator
  /// The same over IPv6.
  case initiatorIPv6 = "initiator-ipv6"
  /// Many honest peers behind one address, as behind a carrier's NAT.
  case crowd
  /// One honest router that connects again and again.
  case returning
  /// Honest peers whose first flight comes in pieces, with pauses.
  case slow
  /// Honest peers with the hybrid, post-quantum first flight.
  case hybrid
  /// Honest peers behind one address, and somebody there who sends random bytes.
  case neighbours
  /// The scanners, as Debian ships them.
  case zmap, masscan, nmap, hping3
  /// Clients of other protocols, as Debian ships them.
  case curl, openssl, ssh, redis
  /// What a miner says first.
  case stratum
  /// Connections that say nothing.
  case silent
  /// Random bytes of a first flight's length.
  case garbage
  /// An honest first flight, said again and again.
  case replay

  /// Who is in a capture.
  enum Label: String, Sendable {
    /// Nobody but peers.
    case honest
    /// Peers and others: whom the router took was one.
    case mixed
    /// Nobody but others.
    case junk
  }

  /// Who is in it.
  var label: Label {
    switch self {
    case .i2pd, .initiator, .initiatorIPv6, .crowd, .returning, .slow, .hybrid: .honest
    case .neighbours: .mixed
    case .zmap, .masscan, .nmap, .hping3, .curl, .openssl, .ssh, .redis: .junk
    case .stratum, .silent, .garbage, .replay: .junk
    }
  }

  /// The router that it was recorded at.
  var router: CorpusRouter { self == .hybrid ? .hybrid : .i2pd }
}

/// The routers of the captures, each with its files beside them.
enum CorpusRouter: String, CaseIterable, Sendable {
  /// A real i2pd.
  case i2pd = "router"
  /// The files of a router that publishes the hybrid form. The lab has none that answers it: its
  /// peers get as far as their first flight.
  case hybrid = "router-hybrid"

  private static let number = 1
  private static let port: UInt16 = 9_111
  private static let hybridPort: UInt16 = 9_112

  /// Which program it is.
  var kind: GuardedRouter.Kind { self == .i2pd ? .i2pd : .java }

  /// Where it listens.
  var endpoints: [Endpoint] {
    let address = AddressPlan.ipv4(host: Self.number)
    let addressIPv6 = AddressPlan.ipv6(host: Self.number)
    return switch self {
    case .i2pd:
      [
        Endpoint(address: address, port: Self.port),
        Endpoint(address: addressIPv6, port: Self.port),
      ]
    case .hybrid: [Endpoint(address: address, port: Self.hybridPort)]
    }
  }
}
