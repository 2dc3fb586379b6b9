internal import Kernel
internal import Wire

/// What one look at the kernel's table of sockets says of the places where a router should listen.
enum ListenerLook: Equatable {
  /// Nothing: the table can't be read, or the router is of another host or network namespace.
  case unknown
  /// Nobody listens there.
  case nobody(at: Endpoint)
  /// Somebody listens at all of them, with these sockets.
  case somebody(inodes: Set<UInt64>)

  /// What `sockets` say of `places`; `own` are the addresses of this host.
  init(
    _ sockets: Reading<[ListeningSocket]>,
    at places: [Endpoint],
    own: [SourceAddress]
  ) {
    guard case .known(let sockets) = sockets else {
      self = .unknown
      return
    }
    var inodes: Set<UInt64> = []
    var isWhole = !places.isEmpty
    for place in places {
      guard place.address.isLoopback || own.contains(place.address) else {
        isWhole = false
        continue
      }
      let listeners = sockets.filter { $0.takes(place) }
      guard !listeners.isEmpty else {
        self = .nobody(at: place)
        return
      }
      inodes.formUnion(listeners.map(\.inode))
    }
    self = isWhole ? .somebody(inodes: inodes) : .unknown
  }
}
