import CLinux
import Foundation
import Testing

/// Whether this process may make network namespaces; tests that need them say so when it may not.
enum NetworkNamespaces {
  static let areAllowed = geteuid() == 0
  static let reason: Comment = "needs root: it makes network namespaces and loads kernel rules"
}

/// A failed helper of a test, with what it printed.
struct CommandFailure: Error, CustomStringConvertible {
  let description: String
}

/// A network namespace of a test. Deleted with its last reference.
final class NetworkNamespace: Sendable {
  let name: String

  /// Makes the namespace and brings its loopback interface up.
  init(name: String) throws {
    self.name = name
    try Self.command(["ip", "netns", "add", name])
    try ip("link set lo up")
  }

  deinit {
    _ = try? Self.command(["ip", "netns", "delete", name])
  }

  /// Runs `ip` with `arguments` in the namespace.
  @discardableResult
  func ip(_ arguments: String) throws -> String {
    try Self.command(["ip", "-n", name] + arguments.split(separator: " ").map(String.init))
  }

  /// Runs a command line in the namespace and returns what it prints.
  @discardableResult
  func shell(_ line: String) throws -> String {
    try Self.command(["ip", "netns", "exec", name, "/bin/sh", "-c", line])
  }

  /// Runs `body` on a thread of its own that has entered the namespace; sockets that it makes stay
  /// in the namespace wherever they are used later.
  func inside<Result: Sendable>(_ body: @escaping @Sendable () throws -> Result) throws -> Result {
    let path = "/run/netns/\(name)"
    let box = ResultBox<Result> {
      guard linux_enter_network_namespace(path) == 0 else {
        throw CommandFailure(description: "cannot enter \(path): error \(errno)")
      }
      return try body()
    }
    var thread = pthread_t()
    let argument = Unmanaged.passRetained(box as Runnable).toOpaque()
    let failure = pthread_create(
      &thread,
      nil,
      { argument in
        guard let argument else { return nil }
        Unmanaged<Runnable>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      },
      argument
    )
    guard failure == 0 else { throw CommandFailure(description: "no thread: error \(failure)") }
    pthread_join(thread, nil)
    guard let result = box.result else { throw CommandFailure(description: "no result") }
    return try result.get()
  }

  /// Runs a program and returns what it prints.
  @discardableResult
  static func command(_ arguments: [String]) throws -> String {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = output
    try process.run()
    let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
    process.waitUntilExit()
    guard process.terminationStatus == 0 else {
      throw CommandFailure(description: "\(arguments.joined(separator: " ")): \(text)")
    }
    return text
  }
}

/// What a thread is to do.
private class Runnable {
  func run() {}
}

/// Work of a thread and its result, which is read after the thread has been joined.
private final class ResultBox<Value>: Runnable {
  private let work: () throws -> Value
  private(set) var result: Result<Value, any Error>?

  init(_ work: @escaping () throws -> Value) {
    self.work = work
  }

  override func run() {
    result = Result { try work() }
  }
}

/// A host and a peer, each in a namespace of its own, joined by a cable.
struct NamespacePair: Sendable {
  static let hostIPv4 = "11.83.0.1"
  static let peerIPv4 = "11.83.0.2"
  static let hostIPv6 = "fd83::1"
  static let peerIPv6 = "fd83::2"

  let host: NetworkNamespace
  let peer: NetworkNamespace

  private static let count = Counter()

  init() throws {
    let number = Self.count.next()
    host = try NetworkNamespace(name: "spk\(getpid())h\(number)")
    peer = try NetworkNamespace(name: "spk\(getpid())p\(number)")
    try host.ip("link add cable type veth peer name cable netns \(peer.name)")
    for (namespace, ipv4, ipv6) in [
      (host, Self.hostIPv4, Self.hostIPv6), (peer, Self.peerIPv4, Self.peerIPv6),
    ] {
      try namespace.ip("address add \(ipv4)/24 dev cable")
      try namespace.ip("address add \(ipv6)/64 dev cable nodad")
      // Link-local addresses appear late, which would change a listing meanwhile.
      try namespace.ip("link set cable addrgenmode none")
      try namespace.ip("link set cable up")
    }
  }
}

/// Numbers that are given out once.
private final class Counter: Sendable {
  private let lock = NSLock()
  nonisolated(unsafe) private var last = 0

  func next() -> Int {
    lock.withLock {
      last += 1
      return last
    }
  }
}
