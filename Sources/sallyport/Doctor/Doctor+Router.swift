internal import Filter
internal import Glibc
internal import Kernel
internal import Wire

extension Doctor {
  /// Looks at the router of `configuration`.
  func router(_ configuration: Configuration, gateUser: HostUser?) -> GuardedRouterFacts {
    let request = RouterFilesRequest(configuration)
    let directory = configuration.router.directory
    let own = tree.canonical(directory) ?? directory
    let routers = tree.routers(among: processes)
    let kind = try? RouterKindDetection.kind(for: request)
    let process =
      routers.first { $0.directory == own }
      // A single router whose directory can't be told may be the one.
      ?? (routers.count == 1 ? routers.first { $0.directory == nil } : nil)
    let fault = Self.fault(request)
    return GuardedRouterFacts(
      directory: directory,
      kind: kind,
      fault: fault,
      isUnseen: fault.map(Self.isUnseen) ?? false,
      process: process?.number,
      otherProcesses: routers.map(\.number).filter { $0 != process?.number },
      ports: ports(configuration, router: process?.number),
      descriptorLimit: process.map { tree.descriptorLimit(ofProcess: $0.number) } ?? .absent,
      descriptorsOpen: process.flatMap { tree.openDescriptors(ofProcess: $0.number) },
      sessionsMaximum: configuration.gates.contains { $0.transport == .ntcp2 }
        ? Int(configuration.limits.openSessions) : 0,
      gateUser: gateUser,
      files: files(request, kind: kind, user: gateUser),
      networkDatabase: GuardedRouterFacts.File(
        path: request.path("netDb"),
        verdict: gateUser.map { tree.access(request.path("netDb"), .read, by: $0) }
          ?? .absent(request.path("netDb"))
      )
    )
  }

  private static func isUnseen(_ fault: RouterFilesFault) -> Bool {
    guard geteuid() != HostUser.root else { return false }
    switch fault {
    case .unreadable(_, let errno): return errno.rawValue == EACCES || errno.rawValue == EPERM
    case .unknownKind(let directory): return unsafe access(directory, R_OK | X_OK) != 0
    default: return false
    }
  }

  private static func fault(_ request: RouterFilesRequest) -> RouterFilesFault? {
    do throws(RouterFilesFault) {
      _ = try RouterFiles(request)
      return nil
    } catch {
      return error
    }
  }

  private func files(
    _ request: RouterFilesRequest,
    kind: RouterKind?,
    user: HostUser?
  ) -> [GuardedRouterFacts.File] {
    guard let kind, let user else { return [] }
    let names =
      request.proof == .full
      ? RouterFileNames.watched(of: kind, request.ports.keys) : [RouterFileNames.routerInfo]
    return names.sorted().map { name in
      let path = request.path(name)
      return GuardedRouterFacts.File(path: path, verdict: tree.access(path, .read, by: user))
    }
  }

  /// Who listens at the router's own ports.
  private func ports(
    _ configuration: Configuration,
    router: Int32?
  ) -> [GuardedRouterFacts.Port] {
    configuration.gates.map { gate in
      GuardedRouterFacts.Port(
        transport: gate.transport,
        endpoint: gate.router,
        listener: listener(gate.transport, gate.router, router: router)
      )
    }
  }

  private func listener(
    _ transport: Transport,
    _ endpoint: Endpoint,
    router: Int32?
  ) -> GuardedRouterFacts.Listener {
    switch tree.listeningSockets(transport) {
    case .absent: return .unreadable("this host's sockets can't be listed")
    case .unreadable(let problem): return .unreadable(problem)
    case .known(let sockets):
      let inodes = Set(sockets.filter { $0.takes(endpoint) }.map(\.inode))
      guard !inodes.isEmpty else { return .nobody }
      if let router, let own = tree.sockets(ofProcess: router), !own.isDisjoint(with: inodes) {
        return .router
      }
      return holder(of: inodes).map(GuardedRouterFacts.Listener.other) ?? .somebody
    }
  }

  /// The process that has one of the sockets, for people; nil when it can't be seen.
  func holder(of inodes: Set<UInt64>) -> String? {
    for process in processes {
      if let own = tree.sockets(ofProcess: process.number), !own.isDisjoint(with: inodes) {
        return "\(process.program) (process \(process.number))"
      }
    }
    return nil
  }
}
