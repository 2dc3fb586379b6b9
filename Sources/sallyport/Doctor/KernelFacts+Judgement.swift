internal import Kernel
internal import Wire

/// What is to be said of the kernel's rules.
extension KernelFacts {
  /// Every finding, on a host that gives outgoing connections the ports `localPorts`.
  func findings(localPorts: ClosedRange<Int>?, reservedPorts: [ClosedRange<Int>]) -> [Finding] {
    guard areNeeded else {
      return [.ok(.kernelRules, "no gate is transparent, so none are needed")] + judgeLeftovers()
    }
    return judgeRules() + judgeAnswerWays() + judgeRivals() + judgeLeftovers() + judgeCanaries()
      + judgeOwnPorts(localPorts, reservedPorts)
  }

  private func judgeRules() -> [Finding] {
    switch missing {
    case .unreadable(let problem):
      return [
        .bad(
          .kernelRules,
          problem,
          why: "without the rules nothing is diverted to the gate",
          remedy: "see what it says after the colon, then run `sallyport firewall up`"
        )
      ]
    case .absent: return []
    case .known(let findings) where findings.isEmpty:
      return sawTable
        ? [.ok(.kernelRules, "table, rule and route are in place, and bypass connection tracking")]
        : [
          .unknown(
            .kernelRules,
            "rule and route are in place; the table shows to root alone",
            remedy: "run the doctor as root"
          )
        ]
    case .known(let findings) where Self.isAll(findings):
      return [
        .bad(
          .kernelRules,
          "none of the kernel's rules are in place",
          why: "peers reach the router directly, as if there were no gate",
          remedy: "run `sallyport firewall up`, or start the unit, which does"
        )
      ]
    case .known(let findings):
      return findings.map { finding in
        let (problem, effect) = finding.message.problemAndRest
        return .bad(
          .kernelRules,
          problem,
          why: effect ?? "what arrives is not diverted as configured",
          remedy: finding.remedy
        )
      }
    }
  }

  /// Whether everything is missing, and not a part.
  private static func isAll(_ findings: [FirewallFinding]) -> Bool {
    let kinds = findings.map(\.kind)
    return kinds.contains(.tableMissing) && kinds.contains(.marksNotInherited)
      && IPFamily.allCases.contains {
        kinds.contains(.ruleMissing($0)) && kinds.contains(.routeMissing($0))
      }
  }

  /// A part of ours that is missing was named already.
  private func judgeAnswerWays() -> [Finding] {
    let findings = missing.value ?? []
    return answerWays.compactMap { family, way in
      let isNamed = findings.contains {
        $0.kind == .ruleMissing(family) || $0.kind == .routeMissing(family)
      }
      if isNamed { return nil }
      let place: String
      switch way {
      case .gate: return .ok(.returnPath, "the router's \(family) answers find back to the gate")
      case .table(let table): place = "by table \(table), not to the gate"
      case .none: place = "nowhere"
      }
      return .bad(
        .returnPath,
        "the router's \(family) answers are sent \(place)",
        why: "another program's rule comes before the gate's: no handshake is ever answered",
        remedy: "see `ip rule`, and set `priority` in [firewall] below that rule's number"
      )
    }
  }

  private func judgeRivals() -> [Finding] {
    guard !rivals.isEmpty else {
      return [.ok(.rivals, "no other program uses the gate's priority or table")]
    }
    return rivals.map { rival in
      let (problem, remedy) = rival.description.problemAndRest
      return .bad(
        .rivals,
        problem,
        why: "`sallyport firewall up` refuses to mix with it",
        remedy: "\(remedy ?? "set other numbers") in [firewall]"
      )
    }
  }

  private func judgeLeftovers() -> [Finding] {
    switch leftovers {
    case .absent: return []
    case .unreadable(let problem):
      return [.unknown(.leftovers, problem, remedy: "compare `ip rule` and `ip -6 rule`")]
    case .known(let commands) where commands.isEmpty:
      return [.ok(.leftovers, "nothing is left of an earlier configuration")]
    case .known(let commands):
      return [
        .warn(
          .leftovers,
          "rules or routes of an earlier configuration are left",
          why: "packets with the old mark are still led to this host's loopback interface",
          remedy: (areNeeded
            ? "run `sallyport firewall up`: it does `"
            : "run `sallyport firewall "
              + "down`: it does `") + commands.joined(separator: "`, `") + "`"
        )
      ]
    }
  }

  /// A canary is refused when the rules are gone, which was named already.
  private func judgeCanaries() -> [Finding] {
    canaries.compactMap { canary in
      let name = "\(canary.transport.word) \(canary.endpoint)"
      switch canary.outcome {
      case .connected:
        return .ok(.diversion, "a test at \(name) arrived at the gate")
      case .refused:
        if let missing = missing.value, !missing.isEmpty { return nil }
        return .bad(
          .diversion,
          "a test at \(name) did not arrive at the gate",
          why: "peers reach the router directly, or nobody",
          remedy: "run `sallyport firewall up`, then `systemctl restart sallyport`"
        )
      case nil where canary.transport == .ssu2:
        return .ok(.diversion, "a test at \(name) was not refused")
      case nil:
        return .unknown(
          .diversion,
          "a test at \(name) was lost",
          remedy: "let the host's own firewall accept what comes over the interface lo"
        )
      }
    }
  }

  private func judgeOwnPorts(
    _ localPorts: ClosedRange<Int>?,
    _ reserved: [ClosedRange<Int>]
  ) -> [Finding] {
    let findings = ownPorts.compactMap { own -> Finding? in
      let port = Int(own.port)
      if let holder = own.holder {
        return .bad(
          .gatePorts,
          "\(holder) has port \(port), which is [firewall] \(own.key)",
          why: gateRuns
            ? "what is diverted there may reach that program" : "the gate can't start beside it",
          remedy: "set \(own.key) to a free port, or stop that program"
        )
      }
      guard let localPorts, localPorts.contains(port),
        !reserved.contains(where: { $0.contains(port) })
      else { return nil }
      return .warn(
        .gatePorts,
        "[firewall] \(own.key) \(port) is one that the kernel gives to outgoing connections",
        why: "after a restart another program may hold it, and the gate can't start",
        remedy: "choose a port outside \(localPorts.lowerBound)-\(localPorts.upperBound) "
          + "(net.ipv4.ip_local_port_range)"
      )
    }
    return findings.isEmpty ? [.ok(.gatePorts, "the gate's own ports are its own")] : findings
  }
}
