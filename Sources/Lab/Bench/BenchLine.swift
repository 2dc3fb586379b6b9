/// One measured number, beside the same number of a peer where there is one.
struct BenchLine: Equatable, Sendable {
  /// What the number must keep to.
  enum Bound: Equatable, Sendable {
    /// At most so many times the peer's.
    case ratioAtMost(Double)
    /// At least so many times the peer's.
    case ratioAtLeast(Double)
    /// At most so much.
    case valueAtMost(Double)
    /// At least so much.
    case valueAtLeast(Double)
  }

  /// What was measured: `refuse-stratum`.
  let name: String
  /// The gate's number.
  let value: Double
  /// Its unit.
  let unit: String
  /// Whose number stands beside it; nil: nobody's.
  var peer: String?
  /// The peer's number, in the same unit.
  var peerValue: Double?
  /// What it must keep to; nil: shown for information.
  var bound: Bound?
  /// What a reader should know beside it, in words.
  var note = ""

  /// The gate's number divided by the peer's.
  var ratio: Double? {
    guard let peerValue, peerValue != 0 else { return nil }
    return value / peerValue
  }

  /// Whether it keeps to its bound; nil when it has none, or there is no peer to compare with.
  var isWithinBound: Bool? {
    switch bound {
    case .ratioAtMost(let most): ratio.map { $0 <= most }
    case .ratioAtLeast(let least): ratio.map { $0 >= least }
    case .valueAtMost(let most): value <= most
    case .valueAtLeast(let least): value >= least
    case nil: nil
    }
  }

  /// The bound's number.
  var boundValue: Double? {
    switch bound {
    case .ratioAtMost(let number), .ratioAtLeast(let number), .valueAtMost(let number),
      .valueAtLeast(let number):
      number
    case nil: nil
    }
  }
}

extension BenchLine {
  /// One JSON object on one line.
  var json: String {
    let fields = [
      ("name", Self.quoted(name)), ("value", Self.number(value)), ("unit", Self.quoted(unit)),
      ("peer", peer.map(Self.quoted) ?? "null"), ("peerValue", Self.number(peerValue)),
      ("ratio", Self.number(ratio)), ("bound", Self.number(boundValue)),
      ("ok", isWithinBound.map { "\($0)" } ?? "null"), ("note", Self.quoted(note)),
    ]
    return "{" + fields.map { "\"\($0.0)\":\($0.1)" }.joined(separator: ",") + "}"
  }

  private static func number(_ value: Double?) -> String {
    guard let value, value.isFinite else { return "null" }
    return "\(Report.rounded(value, to: 10_000))"
  }

  private static func quoted(_ text: String) -> String {
    var quoted = "\""
    for scalar in text.unicodeScalars {
      switch scalar {
      case "\"", "\\": quoted += "\\\(scalar)"
      case _ where scalar.value < 0x20: quoted += " "
      default: quoted.unicodeScalars.append(scalar)
      }
    }
    return quoted + "\""
  }
}
