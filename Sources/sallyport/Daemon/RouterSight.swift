internal import Kernel
internal import Telemetry
internal import Wire

/// Looks once a second whether the router is there, and never touches it: routers punish whoever
/// connects and says nothing, but the kernel knows who listens.
struct RouterSight {
  private static let intervalNanoseconds = Nanoseconds.perSecond

  private let places: [(transport: Transport, endpoints: [Endpoint])]
  private var presences: [RouterPresence]
  private var lookAt: Instant

  /// A look at the routers behind `gates`, on this host.
  init(_ gates: [GateSettings], now: Instant) {
    places = Transport.allCases.compactMap { transport in
      let endpoints = gates.filter { $0.transport == transport }.map(\.router)
      return endpoints.isEmpty ? nil : (transport, endpoints)
    }
    presences = places.map { RouterPresence($0.transport) }
    lookAt = now
  }

  /// Looks, when it is time to; what is to be told. `numbers` are those of a transport's gates.
  mutating func look(
    at now: Instant,
    wallSeconds: UInt64,
    numbers: (Transport) -> Snapshot
  ) -> [JournalEvent] {
    guard now >= lookAt else { return [] }
    lookAt = now.advanced(byNanoseconds: Self.intervalNanoseconds)
    let own = LocalAddresses.now()
    var events: [JournalEvent] = []
    for (index, place) in places.enumerated() {
      presences[index].counted(numbers(place.transport), at: now, wallSeconds: wallSeconds)
      let sockets = sockets(place.transport)
      let look = ListenerLook(sockets, at: place.endpoints, own: own)
      if let event = presences[index].saw(look, at: now) { events.append(event) }
    }
    return events
  }

  private func sockets(_ transport: Transport) -> Reading<[ListeningSocket]> {
    guard transport == .ntcp2, let listeners = try? TCPListeners.list() else {
      return HostTree.host.listeningSockets(transport)
    }
    return .known(listeners.map { ListeningSocket(endpoint: $0.endpoint, inode: $0.inode) })
  }

  /// How the router is for each transport, by what was seen and by which of them it refuses.
  func reports(
    refusing: [RouterAway],
    at now: Instant
  ) -> [(transport: Transport, router: RouterReport)] {
    zip(places, presences).map { place, presence in
      let refusal = refusing.first { $0.transport == place.transport }
      return (place.transport, presence.report(refusingSince: refusal?.since, at: now))
    }
  }
}
