internal import Glibc
internal import Kernel

extension Doctor {
  /// Looks at the gate's process and at what it needs.
  func gate(
    _ configuration: Configuration,
    process: HostProcess?,
    user: HostUser?
  ) -> GateFacts {
    let device = configuration.radar.isEnabled ? configuration.radar.device : nil
    return GateFacts(
      running: process.map { process in
        GateFacts.Running(
          process: process.number,
          program: tree.link("/proc/\(process.number)/exe"),
          descriptorLimit: tree.descriptorLimit(ofProcess: process.number),
          capabilities: tree.capabilities(ofProcess: process.number)
        )
      },
      others: gateProcesses.map(\.number).filter { $0 != process?.number },
      socket: configuration.admin.socket,
      answer: answer(configuration.admin.socket),
      hasSystemd: tree.isRunBySystemd,
      unit: unit.map { GateFacts.Unit(path: $0.path, isEnabled: $0.isEnabled) },
      ownProgram: tree.link("/proc/self/exe"),
      descriptorsWanted: GateBounds(configuration).descriptors(of: configuration).all,
      isTransparent: configuration.gates.contains { $0.mode == .transparent },
      radarDevice: device,
      hasRadarDevice: device.map { $0 == "any" || tree.exists("/sys/class/net/\($0)") } ?? false,
      stateDirectory: configuration.state.directory,
      stateVerdict: user.map { tree.access(configuration.state.directory, .write, by: $0) }
    )
  }

  /// Whether somebody takes connections at the Unix socket `path`.
  private func answer(_ path: String) -> GateFacts.Answer {
    do throws(Errno) {
      try LocalSocketProbe.connect(tree.place(path))
      return .answers
    } catch {
      switch error.rawValue {
      case ENOENT, ENOTDIR: return .absent
      case ECONNREFUSED: return .dead
      case EACCES, EPERM: return .forbidden
      default: return .broken("\(error)")
      }
    }
  }
}
