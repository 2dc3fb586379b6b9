import ArgumentParser

/// `sallyport-lab doctor`: says what is missing on this machine.
struct DoctorCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "doctor",
    abstract: "Say what this machine lacks for the lab."
  )

  func run() throws {
    let problems = Prerequisites.problems(for: Prerequisites.Part.allCases)
    guard problems.isEmpty else {
      print(problems.joined(separator: "\n"))
      throw ExitCode.failure
    }
    print("all is here")
  }
}
