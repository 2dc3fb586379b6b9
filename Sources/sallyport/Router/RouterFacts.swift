internal import Filter
internal import Wire

/// What a router's files say of the transports that gates speak; what no gate speaks is nil.
struct RouterFacts: Sendable, Equatable {
  /// Which router program it is.
  var kind: RouterKind
  /// What judges a first flight on the NTCP2 port.
  var ntcp2: NTCP2Facts?
  /// What judges a datagram on the SSU2 port.
  var ssu2: SSU2Facts?

  /// The transports that are known.
  var transports: [Transport] {
    (ntcp2 == nil ? [] : [.ntcp2]) + (ssu2 == nil ? [] : [.ssu2])
  }
}
