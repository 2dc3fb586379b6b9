/// The findings as people and programs see them.
struct DoctorReport: Equatable {
  /// All of them, in the order of the checks.
  let findings: [Finding]

  /// How many findings have this level.
  func count(_ level: Finding.Level) -> Int { findings.count { $0.level == level } }

  /// Whether nothing is bad.
  var isGood: Bool { count(.bad) == 0 }

  /// The lines for a terminal, grouped, and the sum at the end.
  func lines(for layout: Layout) -> [String] {
    var lines: [String] = []
    for area in DoctorCheck.Area.allCases {
      let findings = findings.filter { $0.check.area == area }
      guard !findings.isEmpty else { continue }
      lines.append(area.title)
      lines += findings.flatMap { Self.lines($0, layout) }
    }
    return lines + [sum]
  }

  private var sum: String {
    let counts: [(Int, String)] = [
      (count(.bad), "bad"), (count(.warn), count(.warn) == 1 ? "warning" : "warnings"),
      (count(.unknown), "unknown"), (count(.ok), "ok"),
    ]
    return counts.map { "\($0) \($1)" }.joined(separator: ", ") + "."
  }

  private static let indent = 10

  private static func lines(_ finding: Finding, _ layout: Layout) -> [String] {
    let word = finding.level.rawValue
    let blanks = String(repeating: " ", count: max(1, indent - 2 - word.count))
    let lead = "  " + finding.level.mark(word, layout.ink) + blanks
    let deeper = String(repeating: " ", count: indent)
    var lines = layout.wrap(finding.what, lead: lead, indent: indent)
    if let why = finding.why {
      lines += layout.wrap("So: \(why)", lead: deeper, indent: indent)
    }
    if let remedy = finding.remedy {
      lines += layout.wrap("Do: \(remedy)", lead: deeper, indent: indent)
    }
    return lines
  }
}

extension Finding.Level {
  fileprivate func mark(_ word: String, _ ink: Ink) -> String {
    switch self {
    case .ok: ink.good(word)
    case .warn, .unknown: ink.doubtful(word)
    case .bad: ink.bad(word)
    }
  }
}

extension DoctorReport: Encodable {
  private enum Keys: String, CodingKey {
    case ok, counts, findings
  }

  private struct Line: Encodable {
    var area: String
    var finding: Finding

    func encode(to encoder: any Encoder) throws {
      try finding.encode(to: encoder)
      var container = encoder.container(keyedBy: AreaKey.self)
      try container.encode(area, forKey: .area)
    }
  }

  private enum AreaKey: String, CodingKey {
    case area
  }

  func encode(to encoder: any Encoder) throws {
    var container = encoder.container(keyedBy: Keys.self)
    try container.encode(isGood, forKey: .ok)
    let counts = Finding.Level.allCases.map { ($0.rawValue, count($0)) }
    try container.encode(Dictionary(uniqueKeysWithValues: counts), forKey: .counts)
    try container.encode(
      findings.map { Line(area: $0.check.area.rawValue, finding: $0) },
      forKey: .findings
    )
  }
}
