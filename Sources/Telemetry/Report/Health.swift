public import Wire

extension Report {
  /// After how long a report that nobody renewed says that the control thread stands.
  public static let longestAgeNanoseconds: UInt64 = 5 * Nanoseconds.perSecond

  /// Everything that is wrong at `now`, in sentences for people; empty while the gate does what it
  /// is there for. None holds an address of a peer.
  public func problems(at now: Instant) -> [String] {
    var problems: [String] = []
    let age = now.nanoseconds(since: madeAt)
    if age > Self.longestAgeNanoseconds {
      problems.append("The control thread has not turned for \(age / Nanoseconds.perSecond) s.")
    }
    if loops.stalled > 0 {
      problems.append("\(loops.stalled) of \(loops.count) loops do not turn.")
    }
    if case .missing(let problem) = kernelRules {
      problems.append("The kernel rules are not in place: \(problem)")
    }
    for gate in gates {
      guard case .away(let away) = gate.router.state else { continue }
      let cause = gate.router.listener == .nobody ? ": nobody listens at its port" : ""
      problems.append(
        "The router has taken no \(gate.metrics.transport) connections for "
          + "\(away / Nanoseconds.perSecond) s\(cause)."
      )
    }
    return problems
  }

  /// What deserves a look, though the gate does what it is there for.
  public var remarks: [String] {
    reloads.lastProblem.map { ["The last reload changed nothing: \($0)"] } ?? []
  }
}
