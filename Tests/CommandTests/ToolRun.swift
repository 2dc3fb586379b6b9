import Foundation

/// One run of a program of the system.
struct ToolRun {
  /// Its exit status.
  let status: Int32
  /// What it said, errors after everything else.
  let output: String

  /// Runs `program`, looked for in PATH, with `input`, until it ends.
  init(_ program: String, _ arguments: [String], input: String = "") throws {
    let process = Process()
    process.executableURL = URL(filePath: "/usr/bin/env")
    process.arguments = [program] + arguments
    let (standardInput, output, errors) = (Pipe(), Pipe(), Pipe())
    process.standardInput = standardInput
    process.standardOutput = output
    process.standardError = errors
    try process.run()
    // Nothing here writes much before it has read everything.
    try standardInput.fileHandleForWriting.write(contentsOf: Data(input.utf8))
    try standardInput.fileHandleForWriting.close()
    let bytes =
      output.fileHandleForReading.readDataToEndOfFile()
      + errors.fileHandleForReading.readDataToEndOfFile()
    process.waitUntilExit()
    status = process.terminationStatus
    self.output = String(decoding: bytes, as: UTF8.self)
  }

  /// Whether Deploy/man/build has what it needs.
  static let canMakeManual = isThere("perl") && isThere("scdoc")

  /// Whether the system has `program`.
  static func isThere(_ program: String) -> Bool {
    ["/usr/bin", "/usr/sbin", "/bin", "/sbin"].contains { folder in
      FileManager.default.isExecutableFile(atPath: "\(folder)/\(program)")
    }
  }
}
