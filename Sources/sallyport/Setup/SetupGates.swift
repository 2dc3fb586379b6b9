internal import Kernel
internal import Wire

/// The gates that a router needs on this host.
struct SetupGates: Equatable {
  /// Free ports are looked for so far above the usual ones.
  private static let portsAbove: UInt16 = 100

  /// The gates, one for each port and address.
  private(set) var gates: [GateSettings] = []
  /// The gates' own ports.
  private(set) var firewall = FirewallSettings()
  /// What a person should know of them.
  private(set) var notes: [SetupNote] = []

  /// Gates for `router` on a host with these addresses.
  ///
  /// - Parameters:
  ///   - router: What is found of it.
  ///   - local: The addresses of the host's interfaces.
  ///   - outward: The address of each family from which the host speaks to the world.
  ///   - held: Ports that other programs have.
  init(
    _ router: FoundRouter,
    local: [SourceAddress],
    outward: [IPFamily: SourceAddress],
    held: [Transport: Set<UInt16>]
  ) {
    for transport in Transport.allCases {
      switch router.presence?[transport] {
      case .published(let places):
        for place in places { add(transport, place, local: local, outward: outward) }
      case .hidden:
        notes.append(
          .note(
            "\(transport.rawValue) is on and not published: it gets no gate",
            remedy: "publish it (i2pd: \(transport.rawValue.lowercased()).published = true) and "
              + "run setup again"
          )
        )
      case .off, nil:
        notes.append(.note("\(transport.rawValue) is off in the router: it gets no gate"))
      }
    }
    choosePorts(held)
    if gates.isEmpty {
      notes.append(
        .problem(
          "nothing that the router publishes arrives at this host",
          remedy: "run setup on the host of the router, where its addresses are"
        )
      )
    }
  }

  private mutating func add(
    _ transport: Transport,
    _ place: FoundRouter.Place,
    local: [SourceAddress],
    outward: [IPFamily: SourceAddress]
  ) {
    if let address = place.address, local.contains(address) {
      return add(transport, Endpoint(address: address, port: place.port))
    }
    let family = place.address.map { IPFamily(of: $0) } ?? .ipv4
    let name =
      place.address.map { "\(Endpoint(address: $0, port: place.port))" }
      ?? "a name, port \(place.port)"
    guard let own = outward[family], local.contains(own) else {
      notes.append(
        .note(
          "\(transport.rawValue) at \(name) is published, but this host has no \(family) address: "
            + "it gets no gate",
          remedy: "give the host the address, or let the router stop publishing it"
        )
      )
      return
    }
    notes.append(
      .note(
        "\(transport.rawValue) is published at \(name), which no interface here has: the gate "
          + "stands at \(own), to which it must be forwarded"
      )
    )
    add(transport, Endpoint(address: own, port: place.port))
  }

  private mutating func add(_ transport: Transport, _ endpoint: Endpoint) {
    let gate = GateSettings(transport: transport, endpoint: endpoint)
    if !gates.contains(where: { $0.overlaps(gate) }) { gates.append(gate) }
  }

  /// Takes other ports for the gate itself where other programs or the router have the usual ones.
  private mutating func choosePorts(_ held: [Transport: Set<UInt16>]) {
    func isFree(_ port: UInt16, _ transport: Transport) -> Bool {
      let isRouters = gates.contains { $0.transport == transport && $0.endpoint.port == port }
      return !isRouters && held[transport]?.contains(port) != true
    }
    func free(_ usual: UInt16, _ transport: Transport, except other: UInt16? = nil) -> UInt16 {
      (usual...usual + Self.portsAbove).first { isFree($0, transport) && $0 != other } ?? usual
    }
    let usual = firewall
    firewall.tcpPort = free(usual.tcpPort, .ntcp2)
    firewall.udpPort = free(usual.udpPort, .ssu2)
    firewall.udpWitnessPort = free(usual.udpWitnessPort, .ssu2, except: firewall.udpPort)
    for transport in Transport.allCases {
      for (old, new) in zip(usual.ports(of: transport), firewall.ports(of: transport))
      where old.port != new.port {
        notes.append(
          .note("port \(old.port) is taken: \(new.key) in [firewall] becomes \(new.port)")
        )
      }
    }
  }
}
