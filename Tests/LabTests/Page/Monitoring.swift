import Foundation
import Glibc
import Wire

@testable import Lab

/// The programs with which people look at a gate, as Debian has them. Where one is not installed,
/// its tests are left out, not passed.
enum Monitoring {
  static let chromium = "/usr/bin/chromium"
  static let prometheus = "/usr/bin/prometheus"
  static let promtool = "/usr/bin/promtool"
  static let hasBrowser = access(chromium, X_OK) == 0
  static let hasPrometheus = access(prometheus, X_OK) == 0 && access(promtool, X_OK) == 0

  /// Where pages are shown: in a namespace of their own, so that nobody else has the port.
  static let page = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 9_477)

  /// The folder of this repository that holds dashboard and alerts.
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    .deletingLastPathComponent().appending(path: "Deploy/monitoring")

  /// How long a browser may take on a machine that is busy.
  private static let timeoutNanoseconds = 120 * Nanoseconds.perSecond

  /// What a page became in a browser.
  struct Shown {
    /// The document in the end.
    let document: String
    /// What the browser had to say about it.
    let console: [Substring]
  }

  /// Opens `path` of a gate's page in a real browser.
  static func open(_ path: String, of gate: LabGate, runsScripts: Bool) throws -> Shown {
    let place = "\(gate.directory)/browser-\(SerialNumber.next())"
    try Files.makeDirectory("\(place)/profile/Default")
    defer { Files.removeTree(place) }
    if !runsScripts {
      // As people forbid them in the settings; the browser itself needs its own.
      try Files.write(
        #"{"profile": {"default_content_setting_values": {"javascript": 2}}}"#,
        to: "\(place)/profile/Default/Preferences"
      )
    }
    let options = [
      chromium, "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
      "--user-data-dir=profile", "--window-size=360,800", "--enable-logging=stderr",
      // Long enough in the page's own time for it to ask for news twice.
      "--virtual-time-budget=5000", "--dump-dom", "'http://\(page)\(path)'",
    ]
    let command = "cd \(place) && " + options.joined(separator: " ") + " > document 2> log"
    try run(["/bin/sh", "-c", command], of: gate)
    let log = Files.text("\(place)/log") ?? ""
    return Shown(
      document: Files.text("\(place)/document") ?? "",
      console: log.split(separator: "\n").filter { $0.contains("CONSOLE") }
    )
  }

  /// Runs a program where the gate lives, to its end; what it said.
  @discardableResult
  static func run(_ arguments: [String], of gate: LabGate) throws -> String {
    let output = "\(gate.directory)/output-\(SerialNumber.next()).txt"
    let process = try LabProcess(
      arguments,
      namespacePath: gate.guarded.namespace?.path,
      outputPath: output
    )
    defer { process.kill() }
    let ending = process.wait(timeoutNanoseconds: timeoutNanoseconds)
    guard ending == .exited(code: 0) else {
      throw LabError("\(arguments.joined(separator: " ")): \(process.output())")
    }
    return Files.text(output) ?? ""
  }

  /// What a program in the gate's namespace answers to a GET.
  static func get(_ path: String, of gate: LabGate, from endpoint: Endpoint = page) throws -> (
    status: Int, body: String
  ) {
    guard let namespace = gate.guarded.namespace else {
      throw LabError("a gate without a namespace")
    }
    let response = try TinyHTTP.get(
      path,
      in: namespace,
      from: endpoint,
      timeoutNanoseconds: 20 * Nanoseconds.perSecond
    )
    return (response.status, String(decoding: response.body, as: UTF8.self))
  }
}
