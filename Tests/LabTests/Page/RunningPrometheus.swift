import Foundation
import Glibc
import Wire

@testable import Lab

/// A Prometheus that collects from one gate, with the shipped alert rules, its files in a folder of
/// the gate's.
final class RunningPrometheus {
  private static let endpoint = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 9_090)

  private let gate: LabGate
  private let process: LabProcess

  /// Starts it where the gate lives, and waits until it has collected once.
  init(of gate: LabGate) throws {
    self.gate = gate
    let place = "\(gate.directory)/prometheus"
    try Files.makeDirectory(place)
    try Files.write(
      """
      global: {scrape_interval: 1s, evaluation_interval: 1s}
      rule_files: ["\(Monitoring.folder.path)/alerts.yml"]
      scrape_configs:
        - job_name: sallyport
          static_configs: [{targets: ["\(Monitoring.page)"]}]

      """,
      to: "\(place)/prometheus.yml"
    )
    process = try LabProcess(
      [
        Monitoring.prometheus, "--config.file=\(place)/prometheus.yml",
        "--storage.tsdb.path=\(place)/data", "--web.listen-address=\(Self.endpoint)",
      ],
      namespacePath: gate.guarded.namespace?.path,
      outputPath: "\(place)/log"
    )
    let isUp = Pause.until(
      timeoutNanoseconds: 60 * Nanoseconds.perSecond,
      intervalNanoseconds: 200 * Nanoseconds.perMillisecond
    ) { [self] in (try? names().contains("sallyport_build_info")) == true }
    guard isUp else {
      process.kill()
      throw LabError("Prometheus collects nothing: \(process.output())")
    }
  }

  /// Ends it.
  func stop() { process.kill() }

  /// The names of all that it has collected.
  func names() throws -> Set<String> {
    let answer = try object("/api/v1/label/__name__/values")
    return Set(answer["data"] as? [String] ?? [])
  }

  /// Whether it understands a question: "success" when it does.
  func ask(_ question: String) throws -> String {
    let escaped = question.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    return try object("/api/v1/query?query=\(escaped)")["status"] as? String ?? ""
  }

  /// The alert rules that it can't follow.
  func faultyRules() throws -> [String] {
    let data = try object("/api/v1/rules")["data"] as? [String: Any]
    let groups = data?["groups"] as? [[String: Any]] ?? []
    let rules = groups.flatMap { $0["rules"] as? [[String: Any]] ?? [] }
    guard !rules.isEmpty else { return ["no rules"] }
    return rules.filter { $0["health"] as? String == "err" }
      .map { $0["name"] as? String ?? "" }
  }

  private func object(_ path: String) throws -> [String: Any] {
    let body = try Monitoring.get(path, of: gate, from: Self.endpoint).body
    return try JSONSerialization.jsonObject(with: Data(body.utf8)) as? [String: Any] ?? [:]
  }
}
