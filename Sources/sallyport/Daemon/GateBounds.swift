internal import Filter
internal import Proxy

/// The bounds of all gates, as they are in force: what the configuration asks for, as far as this
/// process's descriptors go, in tables that have the size that they were made with.
struct GateBounds: Equatable, Sendable {
  /// Of each NTCP2 gate.
  var connections: LimitSettings
  /// Of each SSU2 gate.
  var datagrams: DatagramLimits
  /// Of each SSU2 gate in proxy mode.
  var flows: FlowLimits

  /// What a configuration asks for.
  init(_ configuration: Configuration) {
    connections = configuration.limits
    datagrams = configuration.datagrams
    flows = configuration.flows
  }

  /// What a newer configuration asks for, with the tables of these bounds.
  func reloaded(_ configuration: Configuration) -> GateBounds {
    var fresh = GateBounds(configuration)
    fresh.connections.heldStrangers = connections.heldStrangers
    fresh.connections.openSessions = connections.openSessions
    fresh.connections.sourceRecords = connections.sourceRecords
    fresh.connections.replayRecords = connections.replayRecords
    fresh.flows.flows = flows.flows
    return fresh
  }
}
