internal import Kernel
internal import Wire

extension Doctor {
  /// How long a canary may take: it crosses the loopback interface only.
  private static let canaryMilliseconds: Int32 = 200

  /// Looks at the kernel's rules.
  func kernel(_ configuration: Configuration, gateRuns: Bool) -> KernelFacts {
    var facts = KernelFacts(
      areNeeded: false,
      missing: .absent,
      sawTable: Capability.networkAdministration.isHeld,
      rivals: [],
      leftovers: .absent,
      answerWays: [],
      canaries: [],
      ownPorts: [],
      gateRuns: gateRuns
    )
    do throws(FirewallFault) {
      let plan = try FirewallPlan(configuration)
      facts.leftovers = .known(try Firewall.leftovers(besides: plan))
      guard let plan else { return facts }
      facts.areNeeded = true
      facts.missing = Self.missing(plan, seesTable: facts.sawTable)
      facts.rivals = try Firewall.rivals(of: plan)
      facts.answerWays = try Firewall.answerWays(of: plan)
      if gateRuns { facts.canaries = Self.canaries(plan) }
      facts.ownPorts = ownPorts(configuration)
    } catch {
      facts.areNeeded = true
      facts.missing = .unreadable(error.description)
    }
    return facts
  }

  private static func missing(
    _ plan: FirewallPlan,
    seesTable: Bool
  ) -> Reading<[FirewallFinding]> {
    do throws(FirewallFault) {
      let report = try seesTable ? Firewall.check(plan) : Firewall.checkUnprivileged(plan)
      return .known(report.findings)
    } catch {
      return .unreadable(error.description)
    }
  }

  /// Reaches out to addresses that only the rules lead to the gate. The router sees none of it: a
  /// connection that is opened and dropped would cost its peers.
  private static func canaries(_ plan: FirewallPlan) -> [KernelFacts.Canary] {
    plan.gates.indices.compactMap { index in
      guard let endpoint = plan.canary(ofGate: index) else { return nil }
      let gate = plan.gates[index]
      let isTCP = gate.transport == .tcp
      let limit = canaryMilliseconds
      return KernelFacts.Canary(
        transport: isTCP ? .ntcp2 : .ssu2,
        endpoint: gate.router,
        outcome: isTCP
          ? StreamSocket.reaches(endpoint, withinMilliseconds: limit)
          : DatagramSocket.reaches(endpoint, withinMilliseconds: limit)
      )
    }
  }

  private func ownPorts(_ configuration: Configuration) -> [KernelFacts.OwnPort] {
    let gates = Set(gateProcesses.flatMap { tree.sockets(ofProcess: $0.number) ?? [] })
    return Transport.allCases.flatMap { transport -> [KernelFacts.OwnPort] in
      let isUsed = configuration.gates.contains {
        $0.transport == transport && $0.mode == .transparent
      }
      guard isUsed else { return [] }
      let sockets = tree.listeningSockets(transport).value ?? []
      return configuration.firewall.ports(of: transport).map { key, port, _ in
        let foreign = Set(sockets.filter { $0.endpoint.port == port }.map(\.inode))
          .subtracting(gates)
        return KernelFacts.OwnPort(
          key: key,
          transport: transport,
          port: port,
          holder: foreign.isEmpty ? nil : holder(of: foreign)
        )
      }
    }
  }
}
