internal import ArgumentParser

/// `sallyport-lab record`: makes the labelled captures that the tests judge.
struct RecordCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "record",
    abstract: "Record peers, scanners, other clients and floods at a real router, a file each.",
    discussion: """
      Needs zmap, masscan, nmap, hping3, curl, openssl, openssh-client and redis-tools beside what \
      `sallyport-lab doctor` names.
      """
  )

  @Argument(help: "The directory for the captures; files of the same name are replaced.")
  var directory: String

  func run() throws {
    try Interruption.guarding {
      try Prerequisites.check([.routers])
      for line in try CorpusRecording.record(into: directory) { print(line) }
    }
  }
}
