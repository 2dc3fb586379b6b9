/// Builds a page in the Prometheus text format, version 0.0.4.
struct PrometheusText {
  /// The page so far.
  private(set) var text = ""

  /// What a metric's numbers mean to the one who collects them.
  enum Kind: String {
    /// Only ever grows.
    case counter
    /// Goes up and down.
    case gauge
    /// A count of durations per bound.
    case histogram
  }

  /// Opens a metric: its samples have to follow, and no other metric's.
  mutating func open(_ name: String, _ kind: Kind, help: String) {
    text += "# HELP \(name) \(Self.escaped(help, quotes: false))\n"
    text += "# TYPE \(name) \(kind.rawValue)\n"
  }

  /// One number of the metric that is open.
  mutating func sample(_ name: String, _ labels: [(name: String, value: String)], _ value: String) {
    let list = labels.map { "\($0.name)=\"\(Self.escaped($0.value, quotes: true))\"" }
    let braces = list.isEmpty ? "" : "{\(list.joined(separator: ","))}"
    text += "\(name)\(braces) \(value)\n"
  }

  private static func escaped(_ text: String, quotes: Bool) -> String {
    var result = ""
    for character in text.unicodeScalars {
      switch character {
      case "\\": result += "\\\\"
      case "\n": result += "\\n"
      case "\"" where quotes: result += "\\\""
      default: result.unicodeScalars.append(character)
      }
    }
    return result
  }
}
