internal import Filter
internal import Glibc
internal import Kernel
internal import Wire

/// Finds the router, and plans what `sallyport setup` writes and does.
struct Setup {
  /// The most copies that are kept of a configuration.
  private static let copies = 100

  /// The host.
  let tree: HostTree
  /// Where the configuration goes.
  let path: String
  /// The router's directory as a person named it; nil: the one that is found.
  let wish: String?
  /// Whether a person's configuration may be replaced.
  let isForced: Bool
  /// Processes, unit and gate of this host.
  let doctor: Doctor

  /// Setup of the configuration at `path` on the host in `tree`.
  init(tree: HostTree = .host, path: String, wish: String? = nil, isForced: Bool = false) {
    self.tree = tree
    self.path = path
    self.wish = wish
    self.isForced = isForced
    doctor = Doctor(tree: tree)
  }

  /// Looks at the host.
  func plan() -> SetupPlan {
    let finder = RouterFinder(tree: tree, processes: doctor.processes)
    var routers = finder.routers()
    let wish = wish.map { tree.canonical($0) ?? $0 }
    if let wish, let named = finder.router(in: wish), !routers.contains(named) {
      routers.append(named)
    }
    var plan = SetupPlan(routers: routers, notes: rights, path: path)
    switch RouterChoice.choose(among: routers, unstarted: finder.unstarted(), wish: wish) {
    case .failure(let refusal): plan.notes.append(refusal.note)
    case .success(let router): fill(&plan, router)
    }
    return plan
  }

  private var rights: [SetupNote] {
    guard geteuid() != HostUser.root else { return [] }
    return [
      .problem(
        "not root: setup writes to /etc, changes the kernel's rules and starts a service",
        remedy: "run it with sudo, or only look: --dry-run"
      )
    ]
  }

  private func fill(_ plan: inout SetupPlan, _ router: FoundRouter) {
    plan.router = router
    if router.process == nil {
      plan.notes.append(
        .note(
          "\(router.name) does not run in this network",
          remedy: "start it; in another network namespace the gate could not reach it"
        )
      )
    }
    let local = LocalAddresses.now()
    let outward = IPFamily.allCases.compactMap { family in
      LocalAddresses.outward(family).map { (family, $0) }
    }
    let gates = SetupGates(
      router,
      local: local,
      outward: Dictionary(uniqueKeysWithValues: outward),
      held: heldPorts()
    )
    plan.notes += gates.notes
    let access = KeyAccess(router, user: gateUser, tree: tree)
    plan.notes.append(access.note)
    plan.existing = tree.text(path).value
    let membership = membership(access, existing: plan.existing)
    plan.text = SetupText.text(
      router: router,
      gates: gates.gates,
      firewall: gates.firewall,
      proof: access.proof,
      membership: membership
    )
    judgePlace(&plan)
    judgeKernel(&plan)
    plan.steps = steps(plan, access)
  }

  /// As whom the gate will run, where the unit says it.
  private var gateUser: HostUser? {
    startsByUnit ? doctor.unit?.user(in: tree) : nil
  }

  /// Whether systemd will start the gate: it knows the usual configuration alone.
  private var startsByUnit: Bool {
    tree.isRunBySystemd && doctor.unit != nil && path == ConfigurationOptions.standardPath
  }

  /// What an earlier setup did for the gate's user is still to be undone one day.
  private func membership(_ access: KeyAccess, existing: String?) -> SetupText.Membership? {
    if case .byGroup(let user, let group) = access {
      return SetupText.Membership(user: user, group: group)
    }
    return existing.flatMap(SetupText.membership)
  }

  /// Ports that somebody else than a gate has.
  private func heldPorts() -> [Transport: Set<UInt16>] {
    let own = Set(doctor.gateProcesses.flatMap { tree.sockets(ofProcess: $0.number) ?? [] })
    let held = Transport.allCases.map { transport in
      let sockets = tree.listeningSockets(transport).value ?? []
      return (transport, Set(sockets.filter { !own.contains($0.inode) }.map(\.endpoint.port)))
    }
    return Dictionary(uniqueKeysWithValues: held)
  }

  private func judgePlace(_ plan: inout SetupPlan) {
    guard let existing = plan.existing else { return }
    if existing == plan.text {
      plan.place = .same
      return
    }
    plan.place = SetupText.author(of: existing) == .setup ? .own : .persons
    if plan.place == .persons, !isForced {
      plan.notes.append(
        .problem(
          "\(path) was written by hand: setup does not touch it",
          remedy: "compare the lines below and change it yourself, or say --force (a copy is kept)"
        )
      )
    }
  }

  private func judgeKernel(_ plan: inout SetupPlan) {
    let collector = FaultCollector(file: path)
    guard let document = Document(file: path, bytes: Array(plan.text.utf8), faults: collector)
    else { return }
    let configuration = Configuration(document: document, faults: collector)
    plan.notes += collector.faults.map { .problem($0.problem, remedy: $0.remedy) }
    do throws(FirewallFault) {
      guard let firewall = try FirewallPlan(configuration) else { return }
      plan.firewall = firewall
      plan.notes += try Firewall.rivals(of: firewall).map { rival in
        let (problem, remedy) = rival.description.problemAndRest
        return .problem(problem, remedy: "\(remedy ?? "choose others") in [firewall]")
      }
    } catch {
      plan.notes.append(.problem("\(error)", remedy: "see `sallyport doctor`"))
    }
  }

  private func steps(_ plan: SetupPlan, _ access: KeyAccess) -> [SetupStep] {
    var steps: [SetupStep] = []
    let rules = RulesSettings().directory
    if !tree.exists(rules) { steps.append(.makeFolder(rules)) }
    if plan.place == .own || plan.place == .persons {
      steps.append(.keepCopy(of: path, as: freeName("\(path).old")))
    }
    // The file remembers what the next two change, so they wait until it is in place.
    if plan.place != .same { steps.append(.write(path: path, text: plan.text)) }
    if case .byGroup(let user, let group) = access {
      steps.append(.join(SetupText.Membership(user: user, group: group)))
    }
    if startsByUnit, let unit = doctor.unit, let router = plan.router,
      let override = UnitOverride(access, directory: router.directory, unit: unit)
    {
      steps.append(.override(path: UnitOverride.path, text: override.text))
    }
    let option = path == ConfigurationOptions.standardPath ? "" : " --config \(path)"
    steps.append(
      startsByUnit
        ? .startUnit
        : .startByHand(["sallyport firewall up\(option)", "sallyport run\(option)"])
    )
    return steps
  }

  /// Whether the user is still in the group, or somebody has undone that already.
  private func holds(_ member: SetupText.Membership) -> Bool {
    guard let group = tree.groupNumber(member.group) else { return false }
    return tree.user(named: member.user)?.groups.contains(group) == true
  }

  /// `name`, or the first of `name-2` and following that is free.
  func freeName(_ name: String) -> String {
    guard tree.exists(name) else { return name }
    return (2...Self.copies).map { "\(name)-\($0)" }.first { !tree.exists($0) }
      ?? "\(name)-\(Self.copies)"
  }
}

extension Setup {
  /// What undoes it all.
  func removal() -> SetupPlan {
    var plan = SetupPlan(routers: [], notes: rights, path: path)
    plan.existing = tree.text(path).value
    if startsByUnit {
      plan.steps.append(.stopUnit)
    } else if let process = doctor.gateProcess(path: path) {
      plan.notes.append(
        .problem(
          "a gate runs that systemd did not start (process \(process.number))",
          remedy: "end it (kill \(process.number)), and run this again"
        )
      )
    }
    plan.steps.append(.removeRules)
    if tree.exists(UnitOverride.path) { plan.steps.append(.removeOverride(UnitOverride.path)) }
    if let existing = plan.existing {
      if let member = SetupText.membership(in: existing), holds(member) {
        plan.steps.append(.leave(member))
      }
      switch SetupText.author(of: existing) {
      case .setup: plan.steps.append(.removeFile(path))
      case .changed: plan.steps.append(.setAside(path, as: freeName("\(path).saved")))
      case .person: plan.notes.append(.note("\(path) was written by hand: it stays"))
      }
    } else {
      plan.notes.append(.note("\(path) is not there"))
    }
    if doctor.unit == nil { plan.steps.append(.removeEmptyFolder(RulesSettings().directory)) }
    let state = StateSettings().directory
    if tree.exists(state) {
      plan.notes.append(
        .note("\(state) stays: what peers have proven. Removing it loses nothing else")
      )
    }
    plan.notes.append(.note("the router, its files and its settings were never changed"))
    return plan
  }
}
