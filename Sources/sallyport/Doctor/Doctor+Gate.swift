internal import Glibc
internal import Kernel

extension Doctor {
  /// How long the gate may take to answer.
  private static let answerSeconds: UInt64 = 2

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

  /// Whether the gate at the socket `path` tells how it does.
  private func answer(_ path: String) -> GateFacts.Answer {
    let path = tree.place(path)
    do throws(Errno) {
      _ = try LocalSocket(to: path, waitMilliseconds: UInt32(Self.answerSeconds * 1_000))
    } catch {
      switch error.rawValue {
      case ENOENT, ENOTDIR: return .absent
      case EACCES, EPERM: return .forbidden
      default: return .silent
      }
    }
    let client = AdminClient(path: path, waitSeconds: Self.answerSeconds)
    return (try? client.ask(.status, for: StatusReport.self)) == nil ? .silent : .answers
  }
}
