import Glibc
import Kernel
import Wire

@testable import Lab

/// The built `sallyport run` before a router of the lab.
final class TestGate: Sendable {
  /// The program that was built beside this test.
  static let program: String? = {
    var path = [CChar](repeating: 0, count: 4_096)
    let count = readlink("/proc/self/exe", &path, path.count)
    guard count > 0 else { return nil }
    let own = String(decoding: path[..<count].map(UInt8.init(bitPattern:)), as: UTF8.self)
    let folder = own.split(separator: "/").dropLast().joined(separator: "/")
    let program = "/\(folder)/sallyport"
    return Files.isExecutable(program) ? program : nil
  }()

  /// How the gate is set up.
  struct Setup {
    var kind = "i2pd"
    /// The router's directory.
    var router: String
    /// What is guarded, or where a proxy listens.
    var endpoint: Endpoint
    /// The router behind a proxy; nil: transparent.
    var upstream: Endpoint?
    /// A rules file's text; nil: the shipped rules.
    var rules: String?
    /// Words before the program: it runs with fewer rights.
    var launcher: [String] = []
  }

  /// The folder with its configuration.
  let directory: String
  private let process: LabProcess
  private let namespace: NetworkNamespace

  /// Starts the gate in `namespace` and waits until it has said that it started.
  init(_ setup: Setup, in namespace: NetworkNamespace) throws {
    guard let program = Self.program else { throw LabError("sallyport was not built") }
    self.namespace = namespace
    directory = "\(namespace.runDirectory)/gate-\(SerialNumber.next())"
    try Self.writeConfiguration(setup, directory: directory)
    let configuration = "\(directory)/sallyport.toml"
    process = try namespace.spawn(
      setup.launcher + [program, "run", "--config", configuration, "--log", "stderr"],
      label: "gate-\(SerialNumber.next())"
    )
    let port = setup.upstream == nil ? UInt16(15_300) : setup.endpoint.port
    let isUp = Pause.until(timeoutNanoseconds: 10 * Nanoseconds.perSecond) { [process] in
      !process.isRunning
        || SocketTable.tcp(of: process.pid).contains { $0.isListening && $0.localPort == port }
    }
    guard isUp, process.isRunning else { throw LabError("no gate: \(process.output())") }
    // The rules come after the listeners.
    Pause.nanoseconds(300 * Nanoseconds.perMillisecond)
  }

  /// Writes what a gate needs below `directory`.
  static func writeConfiguration(_ setup: Setup, directory: String) throws {
    try Files.makeDirectory("\(directory)/state")
    try Files.makeDirectory("\(directory)/rules")
    if let rules = setup.rules { try Files.write(rules, to: "\(directory)/rules/test.toml") }
    let rules = setup.rules == nil ? Self.shippedRules : "\(directory)/rules"
    let mode = setup.upstream.map { "mode = \"proxy\"\nupstream = \"\($0)\"" } ?? ""
    try Files.write(
      """
      [router]
      kind = "\(setup.kind)"
      directory = "\(setup.router)"
      [[gate]]
      transport = "ntcp2"
      address = "\(setup.endpoint.address)"
      port = \(setup.endpoint.port)
      \(mode)
      [rules]
      directory = "\(rules)"
      [admin]
      socket = "\(directory)/admin.sock"
      http = ""
      [state]
      directory = "\(directory)/state"
      [process]
      shards = 1

      """,
      to: "\(directory)/sallyport.toml"
    )
  }

  private static let shippedRules: String = {
    let parts = #filePath.split(separator: "/").dropLast(4)
    return "/" + parts.joined(separator: "/") + "/Rules"
  }()

  /// What it wrote last.
  var log: String { process.output(lastBytes: 8_000) }

  /// Ends it.
  func stop() { process.kill() }
}
