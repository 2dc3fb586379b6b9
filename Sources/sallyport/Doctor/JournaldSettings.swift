/// What journald's configuration, and the gate's unit, say about the rate of a service's lines.
enum JournaldSettings {
  private static let program = "/lib/systemd/systemd-journald"
  /// journald's own numbers (journald.conf(5)).
  private static let defaults = HostFacts.JournalRate(
    intervalSeconds: 30,
    burst: 10_000,
    isKept: true
  )

  /// What holds for the gate; absent where there is no journald.
  static func rate(_ tree: HostTree, unit: SettingsText?) -> Reading<HostFacts.JournalRate> {
    guard tree.exists(program) || tree.exists("/usr\(program)") else { return .absent }
    var rate = defaults
    for file in files(tree) {
      switch tree.text(file) {
      case .absent: continue
      case .unreadable(let problem): return .unreadable(problem)
      case .known(let text):
        let settings = SettingsText(text)
        let isChanged = apply(
          interval: settings.value("RateLimitIntervalSec", in: "Journal"),
          burst: settings.value("RateLimitBurst", in: "Journal"),
          to: &rate
        )
        let storage = settings.value("Storage", in: "Journal")
        if let storage { rate.isKept = storage != "none" }
        if isChanged || storage != nil { rate.file = file }
      }
    }
    if let unit {
      let isChanged = apply(
        interval: unit.value("LogRateLimitIntervalSec", in: "Service"),
        burst: unit.value("LogRateLimitBurst", in: "Service"),
        to: &rate
      )
      if isChanged { rate.file = "the unit" }
    }
    return .known(rate)
  }

  private static func apply(
    interval: String?,
    burst: String?,
    to rate: inout HostFacts.JournalRate
  ) -> Bool {
    let seconds = interval.flatMap(TimeSpanText.seconds)
    let lines = burst.flatMap { Int($0) }
    if let seconds { rate.intervalSeconds = seconds }
    if let lines { rate.burst = Double(lines) }
    return seconds != nil || lines != nil
  }

  /// The main file, then the others by their names: of two with one name the first folder's counts.
  private static func files(_ tree: HostTree) -> [String] {
    let folders = ["/etc", "/run", "/usr/local/lib", "/usr/lib"].map {
      "\($0)/systemd/journald.conf.d"
    }
    var others: [String: String] = [:]
    for folder in folders {
      for name in tree.names(in: folder) where name.hasSuffix(".conf") {
        if others[name] == nil { others[name] = "\(folder)/\(name)" }
      }
    }
    let main = ["/etc/systemd/journald.conf", "/usr/lib/systemd/journald.conf"]
    return [main.first(where: tree.exists)].compactMap { $0 }
      + others.sorted { $0.key < $1.key }.map(\.value)
  }
}
