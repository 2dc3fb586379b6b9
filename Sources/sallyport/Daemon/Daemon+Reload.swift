internal import Filter
internal import Kernel
internal import Proxy
internal import Telemetry
internal import Wire

/// What the control thread takes over from files while the gate runs: all of it, or nothing.
extension Daemon {
  /// People want everything to be read again.
  mutating func askToReload() {
    _ = ServiceManager.reloading(at: now)
    reader.ask(.reload)
  }

  /// Has the router's files read again once they have changed and lain still.
  mutating func followRouterFiles() {
    guard watch.isDue(now), !reader.isAsked(.routerFiles) else { return }
    watch.begin(now)
    reader.ask(.routerFiles)
  }

  /// Takes over what a reading brought, when one has ended: all good, or the old state stays.
  mutating func takeReading() {
    guard let (causes, finding) = reader.take() else { return }
    let isReload = causes.contains(.reload)
    do throws(FaultReport) {
      try take(finding, isReload: isReload)
    } catch {
      if isReload { tellReloadFailed(error) }
      if causes.contains(.routerFiles) {
        // A mistake of people's says nothing about the router's files.
        if isReload { reader.ask(.routerFiles) } else { tellFilesBroken(error) }
      }
    }
    if isReload, !reader.isAsked(.reload) { _ = ServiceManager.ready(status: "guarding") }
  }

  private mutating func take(
    _ finding: SetupReader.Finding,
    isReload: Bool
  ) throws(FaultReport) {
    let setup: GateSetup
    switch finding {
    case .good(let handover): setup = handover.take()
    case .faulty(let faults): throw faults
    }
    health.routerFilesProblem = nil
    let isNew = setup.router.facts != watch.facts
    guard isReload || isNew else { return watch.settle(setup.router.facts) }
    try apply(setup)
    watch.settle(setup.router.facts)
    if isReload {
      reader.inForce = SettingsInForce(setup)
      health.noteReload()
      journal.write(.reloaded(rules: setup.rules.count), at: now)
      showPage(on: setup.loaded.configuration.admin.http)
    } else {
      journal.write(.routerFilesChanged(file: watch.directory), at: now)
    }
  }

  private mutating func tellReloadFailed(_ report: FaultReport) {
    health.noteReload(problem: report.faults.first?.description)
    for fault in report.faults {
      journal.write(
        .reloadFailed(
          file: fault.file,
          line: fault.line,
          problem: "\(fault.problem); \(fault.remedy)"
        ),
        at: now
      )
    }
  }

  private mutating func tellFilesBroken(_ report: FaultReport) {
    health.routerFilesProblem = report.faults.first?.description
    if watch.retry(now), let fault = report.faults.first {
      journal.write(.routerFilesBroken(file: fault.file, problem: fault.description), at: now)
    }
  }

  private mutating func apply(_ setup: borrowing GateSetup) throws(FaultReport) {
    let (loaded, running) = (setup.loaded, configuration)
    let faults = FixedSetting.all.compactMap { $0.fault(of: loaded, whileRunning: running) }
    guard faults.isEmpty else { throw FaultReport(faults: faults.sorted()) }
    let wanted = loaded.configuration
    bounds = bounds.reloaded(wanted)
    standing.reload(wanted.standing.lifetimes)
    keeper?.reload(lifetimeNanoseconds: wanted.datagrams.provenLifetimeNanoseconds)
    refusedFlights.reload(wanted.refusedFlights, to: &journal, at: now)
    ruleSums.look(groups.matches, at: now)
    for group in groups { group.reload(setup, bounds) }
  }
}
