import Foundation
import Wire

@testable import Lab

/// What a run of `sallyport` said, and how it ended.
struct CommandOutcome {
  let ending: ProcessEnding?
  let output: String

  /// Runs the built `sallyport` with `arguments` in `namespace`.
  init(_ arguments: [String], in namespace: NetworkNamespace?, scratch: String) throws {
    try self.init(
      program: [try OwnProgram.sibling("sallyport")] + arguments,
      in: namespace,
      scratch: scratch
    )
  }

  /// Runs any program (its full path first) in `namespace`.
  init(program arguments: [String], in namespace: NetworkNamespace?, scratch: String) throws {
    let path = "\(scratch)/command-\(SerialNumber.next()).txt"
    defer { Files.removeTree(path) }
    let process = try LabProcess(arguments, namespacePath: namespace?.path, outputPath: path)
    ending = process.wait(timeoutNanoseconds: 60 * Nanoseconds.perSecond)
    if ending == nil { process.kill() }
    output = Files.text(path) ?? ""
  }
}

/// What `sallyport doctor --json` shows.
struct DoctorOutcome {
  private struct Document: Decodable {
    struct Line: Decodable {
      var check: String
      var level: String
      var what: String
    }

    var ok: Bool
    var findings: [Line]
  }

  /// Whether it ended as one who found nothing bad.
  let isGood: Bool
  /// `check level`, each once.
  let levels: Set<String>
  /// Everything that it said.
  let text: String

  /// Asks about the gate of `guarded`.
  init(_ guarded: GuardedI2PD) throws {
    let gate = guarded.gate
    let outcome = try CommandOutcome(
      ["doctor", "--json", "--config", gate.configurationPath],
      in: guarded.router.namespace,
      scratch: guarded.topology.directory
    )
    text = outcome.output
    let document = try JSONDecoder().decode(Document.self, from: Data(text.utf8))
    isGood = document.ok
    levels = Set(document.findings.map { "\($0.check) \($0.level)" })
    guard outcome.ending == .exited(code: document.ok ? 0 : 1) else {
      throw LabError("the doctor ended with \(String(describing: outcome.ending)): \(text)")
    }
  }

  /// What is not ok here and was ok or absent in `earlier`.
  func troubles(since earlier: DoctorOutcome) -> Set<String> {
    levels.subtracting(earlier.levels).filter { !$0.hasSuffix(" ok") }
  }
}
