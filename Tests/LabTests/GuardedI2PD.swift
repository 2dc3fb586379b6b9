import Glibc
import Wire

@testable import Lab

/// A real i2pd alone behind a real gate, in namespaces of its own, and a world to call it from.
final class GuardedI2PD {
  /// Namespaces and kernel rules need root; i2pd has to be installed, and the gate built.
  static var isPossible: Bool {
    Prerequisites.areMet(for: [.routers]) && (try? OwnProgram.sibling("sallyport")) != nil
  }

  let topology: StarTopology
  let router: LabRouter
  let gate: LabGate
  private var sourceCount: UInt32 = 0

  init(_ settings: LabGateSettings = LabGateSettings(), startsGate: Bool = true) throws {
    topology = try StarTopology(hostCount: 1)
    router = try .alone(in: topology)
    gate = try LabGate(before: router, settings: settings)
    if startsGate { try gate.start() }
  }

  /// Ends everything and removes it.
  func close() {
    gate.kill()
    router.kill()
    topology.remove()
  }

  /// An address of the world that was not used before, in a /24 of its own.
  func newSource() -> SourceAddress {
    sourceCount += 1
    return AddressPlan.worldSource(1_000_000 + sourceCount * 257)
  }

  /// What an initiator must know; i2pd writes its files more than once after a start.
  func facts() throws -> RouterFacts {
    var facts: RouterFacts?
    _ = Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) {
      facts = try? RouterFacts.read(directory: router.directory)
      return facts != nil
    }
    return try facts ?? RouterFacts.read(directory: router.directory)
  }

  /// A handshake from the world, by default from a new address.
  func handshake(
    from source: SourceAddress? = nil,
    patienceNanoseconds: UInt64 = 2 * Nanoseconds.perSecond,
    farewell: HandshakeOptions.Farewell = .closeAtOnce
  ) throws -> HandshakeResult {
    let source = source ?? newSource()
    let (target, facts) = (router.endpoint, try facts())
    return try topology.world.namespace.run {
      var options = HandshakeOptions()
      options.patienceNanoseconds = patienceNanoseconds
      options.farewell = farewell
      return Initiator.handshake(to: target, from: source, router: facts, options: options)
    }
  }

  /// A handshake that goes on for a while on a thread of its own.
  func session(lastingNanoseconds: UInt64) throws -> LabThread<HandshakeResult?> {
    let source = newSource()
    let (target, facts) = (router.endpoint, try facts())
    let world = topology.world.namespace
    return LabThread {
      try? world.run {
        var options = HandshakeOptions()
        options.farewell = .stay(nanoseconds: lastingNanoseconds)
        return Initiator.handshake(to: target, from: source, router: facts, options: options)
      }
    }
  }

  /// Tries until a handshake is established; nil when none is within the time.
  func firstEstablished(withinNanoseconds timeout: UInt64) -> HandshakeResult? {
    var result: HandshakeResult?
    _ = Pause.until(timeoutNanoseconds: timeout) {
      result = try? handshake(patienceNanoseconds: Nanoseconds.perSecond)
      return result?.end == .established
    }
    return result?.end == .established ? result : nil
  }

  /// What nft says in the router's namespace.
  func nft(_ arguments: String...) throws -> String {
    try ToolCommand.run(
      [try Toolbox.found().nft] + arguments,
      namespacePath: router.namespace.path,
      scratchDirectory: topology.directory
    )
  }
}
