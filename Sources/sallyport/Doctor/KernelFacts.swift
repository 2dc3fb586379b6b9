internal import Kernel
internal import Wire

/// What counts of the kernel's rules; judged for transparent gates only.
struct KernelFacts {
  /// A gate's canary: where it stands, and what came of it; nil when neither shows.
  struct Canary: Equatable {
    var transport: Transport
    var endpoint: Endpoint
    var outcome: ConnectOutcome?
  }

  /// A port of the gate's own.
  struct OwnPort: Equatable {
    /// Its key in `[firewall]`.
    var key: String
    var transport: Transport
    var port: UInt16
    /// Who has it, where that is not the gate.
    var holder: String?
  }

  /// Whether any gate is transparent.
  var areNeeded: Bool
  /// What is missing of the plan.
  var missing: Reading<[FirewallFinding]>
  /// Whether the table was looked at, which takes CAP_NET_ADMIN.
  var sawTable: Bool
  /// Other programs' rules in the way.
  var rivals: [FirewallFault]
  /// What is ours and belongs to no plan.
  var leftovers: Reading<[String]>
  /// Where the router's answers would go.
  var answerWays: [(family: IPFamily, way: Firewall.AnswerWay)]
  /// What the canaries say; none when no gate runs.
  var canaries: [Canary]
  /// The gate's own ports.
  var ownPorts: [OwnPort]
  /// Whether a gate runs.
  var gateRuns: Bool
}
