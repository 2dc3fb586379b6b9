import Foundation
import Glibc
import Kernel
import Wire

@testable import Lab

/// A real i2pd of this machine in a network namespace of its own, for tests of the initiator.
///
/// All of 11.64.0.0/14 is local to the namespace, so that every attempt can come from another
/// address: i2pd admits one handshake at a time from an address.
final class RealI2PD {
  static let program = "/usr/sbin/i2pd"
  /// Namespaces need root; i2pd has to be installed, in the generation whose behaviour is recorded.
  static var isAvailable: Bool {
    getuid() == 0 && access(program, X_OK) == 0 && version == "2.45.1"
  }

  let endpoint = Endpoint(address: SourceAddress(ipv4: 0x0b42_0001), port: 17654)
  let directory: String
  let facts: RouterFacts
  private let namespace: String
  private let process: Process
  private var sourceCount: UInt32 = 0

  private static let version: String = {
    let output = Foundation.Pipe()
    let process = Process()
    process.executableURL = URL(fileURLWithPath: program)
    process.arguments = ["--version"]
    process.standardOutput = output
    guard (try? process.run()) != nil else { return "" }
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    return text.split(separator: " ").dropFirst(2).first.map(String.init) ?? ""
  }()

  struct NotReady: Error {}

  init() throws {
    namespace = "sallyport-initiator-\(getpid())"
    directory = NSTemporaryDirectory() + namespace
    try FileManager.default.createDirectory(atPath: directory, withIntermediateDirectories: true)
    for name in ["i2pd.conf", "tunnels.conf"] {
      _ = FileManager.default.createFile(atPath: directory + "/" + name, contents: Data())
    }
    try Self.ip("netns", "add", namespace)
    try Self.ip("-n", namespace, "link", "set", "lo", "up")
    try Self.ip("-n", namespace, "route", "add", "local", "11.64.0.0/14", "dev", "lo")
    process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/ip")
    process.arguments =
      ["netns", "exec", namespace, Self.program] + Self.arguments(directory, endpoint)
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.run()
    facts = try Self.awaitFacts(directory)
    try awaitListener()
  }

  private static func arguments(_ directory: String, _ endpoint: Endpoint) -> [String] {
    [
      "--datadir=\(directory)", "--conf=\(directory)/i2pd.conf",
      "--tunconf=\(directory)/tunnels.conf", "--netid=99", "--host=\(endpoint.address)",
      "--address4=\(endpoint.address)", "--port=\(endpoint.port)", "--ipv4",
      "--ntcp2.published=true", "--ntcp2.port=\(endpoint.port)", "--ssu2.enabled=false",
      "--http.enabled=false", "--httpproxy.enabled=false", "--socksproxy.enabled=false",
      "--sam.enabled=false", "--reseed.threshold=0", "--log=file",
      "--logfile=\(directory)/i2pd.log", "--loglevel=warn",
    ]
  }

  private static func awaitFacts(_ directory: String) throws -> RouterFacts {
    for _ in 0..<200 {
      if let facts = try? RouterFacts.read(directory: directory) { return facts }
      Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
    }
    throw NotReady()
  }

  private func awaitListener() throws {
    for _ in 0..<200 {
      if try handshake().end == .established { return }
      Pause.nanoseconds(100 * Nanoseconds.perMillisecond)
    }
    throw NotReady()
  }

  private static func ip(_ arguments: String...) throws {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/sbin/ip")
    process.arguments = arguments
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw NotReady() }
  }

  /// An address of the namespace that was not used before.
  func freshSource() -> SourceAddress {
    sourceCount += 1
    return SourceAddress(ipv4: 0x0b40_0000 + sourceCount)
  }

  /// A handshake from inside the namespace, by default from a fresh address.
  func handshake(
    from source: SourceAddress? = nil,
    _ change: (inout HandshakeOptions) -> Void = { _ in }
  ) throws -> HandshakeResult {
    var options = HandshakeOptions()
    options.patienceNanoseconds = 1500 * Nanoseconds.perMillisecond
    change(&options)
    let (endpoint, facts, final) = (endpoint, facts, Final(options))
    let from = source ?? freshSource()
    return try run {
      Initiator.handshake(to: endpoint, from: from, router: facts, options: final.options)
    }
  }

  /// Does `body` inside the namespace.
  func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) throws -> Value {
    try NetworkNamespace(name: namespace, runDirectory: directory).run(body)
  }

  /// Ends the router and removes the namespace and the files.
  func close() {
    // The test runner's threads block most signals and a child inherits that: SIGTERM would wait
    // for ever.
    kill(process.processIdentifier, SIGKILL)
    process.waitUntilExit()
    try? Self.ip("netns", "delete", namespace)
    try? FileManager.default.removeItem(atPath: directory)
  }
}

/// Options on their way to another thread, which nobody changes any more.
private struct Final: @unchecked Sendable {
  let options: HandshakeOptions

  init(_ options: HandshakeOptions) {
    self.options = options
  }
}
