import Wire

/// A program that is run to its end: `ip`, `nft`.
enum ToolCommand {
  /// No setup step of the lab takes longer; more means that it hangs.
  static let timeoutNanoseconds = 20 * Nanoseconds.perSecond

  /// Runs `arguments` in `namespacePath` (here when nil), its output going to a file in
  /// `scratchDirectory`; returns the output, or throws it when the program fails.
  @discardableResult
  static func run(
    _ arguments: [String],
    namespacePath: String? = nil,
    scratchDirectory: String
  ) throws(LabError) -> String {
    let outputPath = "\(scratchDirectory)/tool-\(SerialNumber.next()).txt"
    defer { Files.removeTree(outputPath) }
    let process = try LabProcess(
      arguments,
      namespacePath: namespacePath,
      outputPath: outputPath
    )
    guard let ending = process.wait(timeoutNanoseconds: timeoutNanoseconds) else {
      process.kill()
      throw LabError("\(arguments.joined(separator: " ")) does not end; killed")
    }
    guard ending == .exited(code: 0) else {
      throw LabError("\(arguments.joined(separator: " ")) failed: \(process.output())")
    }
    return Files.text(outputPath) ?? ""
  }

  /// Runs `lines` as one batch of `ip` in `namespacePath`; the first that fails ends it.
  static func ipBatch(
    _ lines: [String],
    namespacePath: String? = nil,
    scratchDirectory: String
  ) throws(LabError) {
    let path = "\(scratchDirectory)/batch-\(SerialNumber.next()).txt"
    defer { Files.removeTree(path) }
    try Files.write(lines.joined(separator: "\n") + "\n", to: path)
    try run(
      [try Toolbox.found().ip, "-batch", path],
      namespacePath: namespacePath,
      scratchDirectory: scratchDirectory
    )
  }

  /// Loads `ruleset` with nft in `namespacePath`.
  static func nftables(
    _ ruleset: String,
    namespacePath: String,
    scratchDirectory: String
  ) throws(LabError) {
    let path = "\(scratchDirectory)/rules-\(SerialNumber.next()).nft"
    try Files.write(ruleset, to: path)
    try run(
      [try Toolbox.found().nft, "-f", path],
      namespacePath: namespacePath,
      scratchDirectory: scratchDirectory
    )
  }
}
