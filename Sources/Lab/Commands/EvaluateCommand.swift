internal import ArgumentParser

/// `sallyport-lab evaluate`: what the shipped rules do to the labelled captures.
struct EvaluateCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "evaluate",
    abstract: "Print false refusals and misses of the labelled captures, with the shipped rules.",
    discussion: """
      Runs `sallyport simulate` on each capture, once with the rules as they are shipped and once \
      with everything that watches enforced. Ends with an error if a peer was refused. Needs no \
      root and no network.
      """
  )

  @Argument(help: "The directory of the captures.")
  var directory = "Tests/Corpus/Captures"

  func run() throws {
    let evaluation = try CaptureEvaluation(directory: directory)
    var refused = 0
    for trust in CaptureEvaluation.Trust.allCases {
      let rows = try evaluation.rows(trust)
      refused += rows.reduce(0) { $0 + $1.refusedHonest }
      print(EvaluationTable.text(rows, trust) + "\n")
    }
    if refused > 0 { throw ExitCode.failure }
  }
}
