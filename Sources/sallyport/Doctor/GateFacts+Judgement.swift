internal import Kernel

/// What is to be said of the gate.
extension GateFacts {
  /// Every finding.
  func findings() -> [Finding] {
    [judgeDaemon()] + judgeVersion() + [judgeUnit()] + judgeDescriptors() + judgeRights()
      + [judgeRadar()] + judgeState()
  }

  private func judgeDaemon() -> Finding {
    guard let running else {
      let others = others.map(String.init).joined(separator: ", ")
      return .bad(
        .daemon,
        others.isEmpty
          ? "no gate runs"
          : "no gate of this configuration runs, only process \(others) of another",
        why: "new peers meet what when-down says: the router itself, or nobody",
        remedy: others.isEmpty ? startCommand : "name its configuration with --config"
      )
    }
    let name = "the gate runs (process \(running.process))"
    switch answer {
    case .answers: return .ok(.daemon, "\(name) and answers on \(socket)")
    case .forbidden:
      return .unknown(.daemon, "\(name); \(socket) is not for this user", remedy: "ask as root")
    case .absent:
      return .warn(
        .daemon,
        "\(name), but \(socket) is not there",
        why: "`sallyport status` and the like have nobody to ask",
        remedy: "let its user write to that folder (RuntimeDirectory=sallyport), and restart it"
      )
    case .silent:
      return .warn(
        .daemon,
        "\(name), but gives no answer on \(socket)",
        why: "it hangs, or another program has its socket: `sallyport status` gets no answer",
        remedy: "see `journalctl -t sallyport`, and restart it"
      )
    }
  }

  private var startCommand: String {
    hasSystemd && unit != nil
      ? "systemctl start sallyport, and see `journalctl -u sallyport` if it does not stay"
      : "sallyport firewall up && sallyport run"
  }

  private func judgeVersion() -> [Finding] {
    guard let program = running?.program else { return [] }
    if program.hasSuffix(" (deleted)") {
      return [
        .warn(
          .version,
          "the gate that runs is an older program than the one that is installed",
          why: "what was corrected since does not count yet",
          remedy: "systemctl restart sallyport"
        )
      ]
    }
    guard let ownProgram, program != ownProgram else {
      return [.ok(.version, "it runs the program that is installed, \(SallyportVersion.text)")]
    }
    return [
      .warn(
        .version,
        "the gate that runs is \(program), this is \(ownProgram)",
        why: "the two may differ in what they check",
        remedy: "ask the doctor of that program"
      )
    ]
  }

  private func judgeUnit() -> Finding {
    guard hasSystemd else {
      return .ok(.unit, "systemd does not run this host: who starts the gate is up to you")
    }
    guard let unit else {
      return .warn(
        .unit,
        "there is no sallyport.service",
        why: "nobody starts the gate with the host",
        remedy: "install the package, or write a unit that runs `sallyport run`"
      )
    }
    guard unit.isEnabled else {
      return .warn(
        .unit,
        "\(unit.path) is not enabled",
        why: "the gate does not come back after the host's next start",
        remedy: "systemctl enable sallyport"
      )
    }
    return .ok(.unit, "\(unit.path) is enabled")
  }

  private func judgeDescriptors() -> [Finding] {
    guard let running else { return [] }
    guard case .known(let limit) = running.descriptorLimit else {
      return [.unknown(.descriptors, "its limits can't be read", remedy: "ask as root")]
    }
    if limit >= descriptorsWanted {
      return [.ok(.descriptors, "it may have all \(descriptorsWanted) descriptors open")]
    }
    return [
      .warn(
        .descriptors,
        "it may have \(limit) descriptors open, its limits ask for \(descriptorsWanted)",
        why: "fewer strangers and sessions fit than [limits] says",
        remedy: "raise LimitNOFILE in its unit, or lower held-strangers and open-sessions, and "
          + "restart it"
      )
    ]
  }

  private func judgeRights() -> [Finding] {
    guard let running, isTransparent || radarDevice != nil else { return [] }
    let right = Capability.rawNetwork
    guard case .known(let bits) = running.capabilities else {
      return [.unknown(.capability, "its rights can't be read", remedy: "ask as root")]
    }
    if bits & (1 << UInt64(right.rawValue)) != 0 {
      return [.ok(.capability, "it has \(right)")]
    }
    let why = "connections in the peers' own names, marks and the radar need it"
    let remedy = "AmbientCapabilities=\(right) in its unit"
    return isTransparent
      ? [.bad(.capability, "it lacks \(right)", why: why, remedy: remedy)]
      : [.warn(.capability, "it lacks \(right)", why: why, remedy: remedy)]
  }

  private func judgeRadar() -> Finding {
    guard let radarDevice else { return .ok(.radar, "the radar is off") }
    if hasRadarDevice { return .ok(.radar, "the radar may listen on \(radarDevice)") }
    return .warn(
      .radar,
      "the radar is to listen on \(radarDevice), which is not there",
      why: "rules that ask for scans and unfinished knocks never match",
      remedy: "set device in [radar] to one that `ip link` lists, or \"any\", and restart sallyport"
    )
  }

  private func judgeState() -> [Finding] {
    switch stateVerdict {
    case nil:
      return []
    case .unseen(let place):
      return [.unknown(.state, "\(place) can't be seen", remedy: "run the doctor as root")]
    case .allowed:
      return [.ok(.state, "\(stateDirectory) is writable for it")]
    case .absent(let place):
      return [
        .warn(
          .state,
          "\(place) is not there",
          why: "what peers have proven is forgotten at each restart",
          remedy: "StateDirectory=sallyport in its unit, or make [state] directory"
        )
      ]
    case .refused(let place):
      return [
        .warn(
          .state,
          "the gate may not write to \(stateDirectory)",
          why: "\(place) is closed to it: what peers have proven is forgotten at each restart",
          remedy: "give \(stateDirectory) to the user that the gate runs as"
        )
      ]
    }
  }
}
