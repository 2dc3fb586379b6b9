import Wire

@testable import Lab

/// A router of SSU2, bare or guarded, and a world of millions of addresses to call it from.
protocol SSU2Scene {
  var topology: StarTopology { get }
  var router: LabRouter { get }
  var facts: SSU2RouterFacts { get }
  /// An endpoint of the world that was not used before, in a /24 of its own.
  func newEndpoint() -> Endpoint
}

extension SSU2Scene {
  /// A handshake from the world, by default from a new endpoint.
  func handshake(
    from source: Endpoint? = nil,
    _ change: (inout SSU2HandshakeOptions) -> Void = { _ in }
  ) throws -> SSU2HandshakeResult {
    var options = SSU2HandshakeOptions()
    change(&options)
    let (target, facts, fixed) = (router.endpointSSU2, facts, options)
    let from = source ?? newEndpoint()
    return try topology.world.namespace.run {
      SSU2Initiator.handshake(to: target, from: from, router: facts, options: fixed)
    }
  }
}
