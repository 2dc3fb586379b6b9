internal import ArgumentParser
internal import Glibc

/// `sallyport setup`: from a router to a guarded router, and back.
struct SetupCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "setup",
    abstract: "Find the router, write the configuration and start the gate; --remove undoes it.",
    discussion: """
      Shows everything that it found, will write and will change, and asks before it does. Never \
      changes the router or its files, and never replaces a configuration that a person wrote \
      unless --force says so.
      """
  )

  @OptionGroup var source: ConfigurationOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "The directory of the router to guard, with router.info and the keys.")
  var router: String?

  @Flag(help: "Only show what would be done.")
  var dryRun = false

  @Flag(help: "Do it without asking.")
  var yes = false

  @Flag(help: "Replace a configuration that was written by hand; a copy is kept.")
  var force = false

  @Flag(help: "Undo it: stop the gate, take the kernel's rules away, remove the configuration.")
  var remove = false

  func validate() throws {
    if remove, router != nil || force {
      throw ValidationError("--remove takes neither --router nor --force")
    }
    if output.json, !dryRun, !yes {
      throw ValidationError("--json can't ask: say --yes or --dry-run too")
    }
    for (option, path) in [("--config", source.path), ("--router", router ?? "/")]
    where !path.hasPrefix("/") {
      throw ValidationError("\(option) takes a whole path, one that begins with /")
    }
  }

  func run() throws {
    let setup = Setup(path: source.path, wish: router, isForced: force)
    let plan = remove ? setup.removal() : setup.plan()
    let report = SetupReport(plan: plan)
    if !output.json { for line in report.lines(for: .output) { print(line) } }
    // What only keeps a change from being made does not make a look fail.
    let isDone = try plan.isPossible && !dryRun && isWanted() && perform(plan)
    if output.json { print(try JSONText.encode(report.document(isDone: isDone))) }
    if !plan.isPossible || !isDone && !dryRun { throw ExitCode(1) }
  }

  /// Asks the person, unless it was said before.
  private func isWanted() throws -> Bool {
    if yes { return true }
    guard isatty(STDIN_FILENO) == 1 else {
      print("Nothing was done: say --yes to go on, nobody is here to be asked.")
      return false
    }
    print("Go on? [y/N] ", terminator: "")
    fflush(nil)
    let answer = readLine()?.lowercased() ?? ""
    guard answer == "y" || answer == "yes" else {
      print("Nothing was done.")
      return false
    }
    return true
  }

  private func perform(_ plan: SetupPlan) -> Bool {
    let performer = SetupPerformer()
    for (place, step) in plan.steps.enumerated() {
      do throws(SetupFault) {
        try performer.perform(step)
      } catch {
        Output.complain("Step \(place + 1) failed: \(error)")
        return false
      }
    }
    if !output.json {
      print(remove ? "Done: the gate is gone." : "Done. `sallyport doctor` tells how it stands.")
    }
    return true
  }
}
