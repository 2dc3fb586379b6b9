internal import Wire

/// What is to be said of the router.
extension GuardedRouterFacts {
  /// Descriptors below which a router is stopped by few idle connections: at 1,024 by 60 a second.
  static let descriptorsEnough = 4_096

  /// Every finding.
  func findings() -> [Finding] {
    [judgeFiles()] + judgeAccess() + [judgeProcess()] + ports.map(judge) + judgeDescriptors()
      + judgeDatabase()
  }

  private func judgeFiles() -> Finding {
    guard let fault else {
      return .ok(.routerFiles, "\(directory): keys and router.info belong together")
    }
    if isUnseen {
      return .unknown(.routerFiles, fault.problem, remedy: "run the doctor as root")
    }
    return .bad(
      .routerFiles,
      fault.problem,
      why: "what a peer sends can't be proven without it",
      remedy: fault.remedy
    )
  }

  private func judgeAccess() -> [Finding] {
    guard fault == nil else { return [] }
    guard let gateUser else {
      return [
        .unknown(
          .keyAccess,
          "as whom the gate runs is not known",
          remedy: "start it, then ask again"
        )
      ]
    }
    let refused = files.compactMap { file -> Finding? in
      guard case .refused(let place) = file.verdict else { return nil }
      return .bad(
        .keyAccess,
        "user \(gateUser.name) may not read \(file.path)",
        why: "\(place) is closed to it: the gate can't start, or reload when the router's keys "
          + "change",
        remedy: "make \(gateUser.name) a member of the group that \(place) belongs to, and let "
          + "that group read it"
      )
    }
    if files.contains(where: { if case .unseen = $0.verdict { true } else { false } }) {
      return [.unknown(.keyAccess, "this user may not look", remedy: "run the doctor as root")]
    }
    return refused.isEmpty
      ? [.ok(.keyAccess, "user \(gateUser.name) may read what the gate needs")] : refused
  }

  private func judgeProcess() -> Finding {
    if let process { return .ok(.routerProcess, "the router runs (process \(process))") }
    let others = otherProcesses.map(String.init).joined(separator: ", ")
    return .bad(
      .routerProcess,
      others.isEmpty
        ? "no router runs here"
        : "no router of \(directory) runs here, only process \(others) of another directory",
      why: "peers that are let through find nobody",
      remedy: others.isEmpty
        ? "start it (systemctl start i2pd, or i2p), in the same network namespace as the gate"
        : "start it, or set [router] directory to that of the router that runs"
    )
  }

  private func judge(_ port: Port) -> Finding {
    let name = "\(port.transport.word) \(port.endpoint)"
    switch port.listener {
    case .router: return .ok(.routerListening, "the router listens at \(name)")
    case .somebody:
      return .ok(.routerListening, "somebody listens at \(name); who, shows to root alone")
    case .other(let program):
      return .bad(
        .routerListening,
        "\(program) listens at \(name), not the router",
        why: "peers that are let through reach the wrong program",
        remedy: "stop it, or give the router another port and run `sallyport setup`"
      )
    case .nobody:
      return .bad(
        .routerListening,
        "nobody listens at \(name)",
        why: "peers that are let through find nobody",
        remedy: "start the router with \(port.transport.rawValue) on, or correct [[gate]]"
      )
    case .unreadable(let problem):
      return .unknown(.routerListening, problem, remedy: "compare `ss -lntu`")
    }
  }

  private func judgeDescriptors() -> [Finding] {
    guard process != nil else { return [] }
    guard case .known(let limit) = descriptorLimit else {
      return [
        .unknown(
          .routerDescriptors,
          "the router's limits can't be read",
          remedy: "run the doctor as root"
        )
      ]
    }
    if let open = descriptorsOpen, HostFacts.percent(open, of: limit) >= 80 {
      return [
        .bad(
          .routerDescriptors,
          "the router has \(open) of \(limit) descriptors open",
          why: "at the last one it stops taking connections for half a minute",
          remedy: "raise LimitNOFILE in its unit (systemctl edit i2pd), or lower open-sessions; "
            + "restart what was changed"
        )
      ]
    }
    let name = limit == .max ? "any number of" : "\(limit)"
    if limit >= Self.descriptorsEnough, limit > sessionsMaximum / 2 {
      return [.ok(.routerDescriptors, "the router may have \(name) descriptors open")]
    }
    return [
      .warn(
        .routerDescriptors,
        "the router may have only \(limit) descriptors open",
        why: "the gate lets up to \(sessionsMaximum) sessions through, and without a gate 60 idle "
          + "connections a second stop a router with 1024",
        remedy: "set LimitNOFILE=8192 in its unit (systemctl edit i2pd), or lower open-sessions; "
          + "restart what was changed"
      )
    ]
  }

  private func judgeDatabase() -> [Finding] {
    guard gateUser != nil, fault == nil else { return [] }
    switch networkDatabase.verdict {
    case .unseen(let place):
      return [
        .unknown(.networkDatabase, "\(place) can't be seen", remedy: "run the doctor as root")
      ]
    case .allowed: return [.ok(.networkDatabase, "\(networkDatabase.path) is readable")]
    case .absent:
      return [
        .warn(
          .networkDatabase,
          "\(networkDatabase.path) is not there",
          why: "routers that the network knows count as strangers",
          remedy: "wait until the router has been in the network for some minutes"
        )
      ]
    case .refused(let place):
      return [
        .warn(
          .networkDatabase,
          "\(networkDatabase.path) is closed to the gate at \(place)",
          why: "routers that the network knows count as strangers",
          remedy: "let the group of \(place) read it"
        )
      ]
    }
  }
}
