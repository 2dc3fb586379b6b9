internal import Filter
internal import Proxy
internal import Telemetry
internal import Wire

/// The bounds of all gates, as they are in force: what the configuration asks for, as far as this
/// process's descriptors go.
struct GateBounds: Equatable, Sendable {
  /// Of each NTCP2 gate.
  var connections: LimitSettings
  /// Of each SSU2 gate.
  var datagrams: DatagramLimits
  /// Of each SSU2 gate in proxy mode.
  var flows: FlowLimits

  /// Descriptors of the control thread and of the page: journal, signals, files, the admin socket.
  private static let daemonDescriptors = 64 + WebServer.descriptors

  /// What a configuration asks for.
  init(_ configuration: Configuration) {
    connections = configuration.limits
    datagrams = configuration.datagrams
    datagrams.standing = configuration.limits.standing
    flows = configuration.flows
  }

  /// Descriptors that all gates of `configuration` may have open with these bounds, and those among
  /// them that no bound of connections lowers.
  func descriptors(of configuration: Configuration) -> (all: Int, other: Int) {
    var other = Self.daemonDescriptors
    for group in GroupPlan.groups(of: configuration) {
      let shards = Int(configuration.shardCount(of: group.transport))
      switch group.transport {
      case .ntcp2: other += shards * ShardHandle.otherDescriptors
      case .ssu2:
        other += shards * DatagramShardHandle.otherDescriptors
        if group.mode != .transparent { other += Int(flows.flows) }
      }
    }
    let hasConnections = configuration.gates.contains { $0.transport == .ntcp2 }
    return (all: hasConnections ? connections.descriptors(other: other) : other, other: other)
  }

  /// What a newer configuration asks for. How many connections the descriptors do for was settled
  /// at the start; the sizes of tables are the same in both (`FixedSetting`).
  func reloaded(_ configuration: Configuration) -> GateBounds {
    var fresh = GateBounds(configuration)
    fresh.connections.heldStrangers = connections.heldStrangers
    fresh.connections.openSessions = connections.openSessions
    return fresh
  }

  /// What the tables of `groups`, of one transport, have room for together.
  func limits(of groups: [GroupPlan], shards: UInt32) -> [GateReport.Limit] {
    let all = groups.flatMap { limits(of: $0, shards: shards) }
    return Gauge.allCases.compactMap { gauge in
      let own = all.filter { $0.gauge == gauge }
      return own.isEmpty ? nil : GateReport.Limit(gauge, own.reduce(0) { $0 + $1.most })
    }
  }

  private func limits(of group: GroupPlan, shards: UInt32) -> [GateReport.Limit] {
    switch group.transport {
    case .ntcp2:
      [
        GateReport.Limit(.held, UInt64(connections.heldStrangers)),
        GateReport.Limit(.open, UInt64(connections.openSessions)),
        GateReport.Limit(.sourceRecords, connections.sourceRoom(shards: shards)),
        GateReport.Limit(.replayRecords, connections.replayRoom(shards: shards)),
      ]
    case .ssu2:
      [
        GateReport.Limit(.sourceRecords, datagrams.sourceRoom(shards: shards)),
        GateReport.Limit(.provenEndpoints, datagrams.provenRoom(shards: shards)),
        GateReport.Limit(.witnessedTokens, datagrams.witnessedRoom(shards: shards)),
        GateReport.Limit(.cookieRecords, datagrams.cookieRoom(shards: shards)),
      ] + (group.mode == .transparent ? [] : [GateReport.Limit(.flows, UInt64(flows.flows))])
    }
  }
}
