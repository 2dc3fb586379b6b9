internal import Wire

/// An endpoint that was proven, and when.
struct ProvenEntry: Equatable, Sendable {
  /// The endpoint.
  var endpoint: Endpoint
  /// When it was proven last, in seconds since 1970.
  var wallSeconds: UInt64
}

/// Proven endpoints as text: a line that names the format, a line an endpoint, and a line with
/// their number, so that half a file is told from a whole one.
///
///     sallyport proven endpoints, version 1
///     1795369587 203.0.113.7:9222
///     1795369590 [2001:db8::1]:4567
///     end 2
enum ProvenEndpointsText {
  /// The most endpoints of a file; more are not kept.
  static let entriesMaximum = 65_536
  /// Bytes of a file with as many, the longest addresses in each.
  static let bytesMaximum = 128 + entriesMaximum * 72

  private static let title = "sallyport proven endpoints, version 1"

  /// Why a text is none of this program's.
  struct Fault: Error, Equatable {
    /// What is wrong, with the line.
    let problem: String
  }

  /// The text of `entries`, of which the first `entriesMaximum` are written.
  static func encode(_ entries: some Sequence<ProvenEntry>) -> String {
    var text = title + "\n"
    var count = 0
    for entry in entries.prefix(entriesMaximum) {
      text += "\(entry.wallSeconds) \(entry.endpoint)\n"
      count += 1
    }
    return text + "end \(count)\n"
  }

  /// The entries of a text, in its order.
  static func decode(_ text: String) throws(Fault) -> [ProvenEntry] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    guard lines.first == title[...] else {
      throw Fault(problem: "line 1 is not \"\(title)\"")
    }
    guard lines.popLast() == "", let last = lines.popLast(), last.hasPrefix("end "),
      lines.count - 1 <= entriesMaximum, last == "end \(lines.count - 1)"
    else { throw Fault(problem: "it does not end with the number of its endpoints") }
    var entries: [ProvenEntry] = []
    entries.reserveCapacity(lines.count - 1)
    for (index, line) in lines.enumerated().dropFirst() {
      guard let entry = entry(line) else {
        throw Fault(problem: "line \(index + 1) is not a time and an endpoint")
      }
      entries.append(entry)
    }
    return entries
  }

  private static func entry(_ line: Substring) -> ProvenEntry? {
    let parts = line.split(separator: " ", omittingEmptySubsequences: false)
    guard parts.count == 2, parts[0].utf8.allSatisfy({ (48...57).contains($0) }),
      let seconds = UInt64(parts[0]), let endpoint = Endpoint(parts[1]), endpoint.port > 0
    else { return nil }
    return ProvenEntry(endpoint: endpoint, wallSeconds: seconds)
  }
}
