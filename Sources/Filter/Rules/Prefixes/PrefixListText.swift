public import Wire

/// The text of a list: one address or network a line.
///
/// Blank lines are left out, and so is what follows `#` or `;`. Bytes may be anything: a line that
/// is no network is a fault with its number, and the others are read all the same.
public struct PrefixListText: Sendable {
  /// Faults that are kept: more help nobody.
  public static let faultsMaximum = 64

  /// The networks, in the order of the lines.
  public private(set) var prefixes: [SourcePrefix] = []
  /// What is wrong, the first `faultsMaximum` of it.
  public private(set) var faults: [PrefixTextFault] = []
  /// How many lines are wrong.
  public private(set) var faultCount = 0

  /// Reads `bytes`.
  public init(_ bytes: borrowing Span<UInt8>) {
    var line = 1
    var start = 0
    while start < bytes.count {
      var end = start
      while end < bytes.count, bytes[end] != 0x0a { end += 1 }
      guard read(bytes, start..<end, line: line) else { return }
      start = end + 1
      line += 1
    }
  }

  /// Reads one line; false when no more are wanted.
  private mutating func read(
    _ bytes: borrowing Span<UInt8>,
    _ range: Range<Int>,
    line: Int
  ) -> Bool {
    var start = range.lowerBound
    var end = start
    while end < range.upperBound, !Self.beginsComment(bytes[end]) { end += 1 }
    while start < end, Self.isBlank(bytes[start]) { start += 1 }
    while end > start, Self.isBlank(bytes[end - 1]) { end -= 1 }
    guard start < end else { return true }
    switch PrefixText.read(bytes, start..<end) {
    case .prefix(let prefix):
      guard prefixes.count < PrefixLimits.entries else {
        note(.tooMany, line)
        return false
      }
      prefixes.append(prefix)
    case .fault(let problem):
      note(problem, line)
    }
    return true
  }

  private mutating func note(_ problem: PrefixTextFault.Problem, _ line: Int) {
    faultCount += 1
    guard faults.count < Self.faultsMaximum else { return }
    faults.append(PrefixTextFault(line: line, problem: problem))
  }

  private static func beginsComment(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "#") || byte == UInt8(ascii: ";")
  }

  private static func isBlank(_ byte: UInt8) -> Bool {
    byte == 0x20 || byte == 0x09 || byte == 0x0d
  }
}

/// Why a line of a list is no network.
public struct PrefixTextFault: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Problem: Equatable, Sendable {
    /// Neither an address nor a network.
    case unreadable
    /// A network whose address has bits behind its length; the network that holds it.
    case hostBits(SourcePrefix)
    /// One network more than `PrefixLimits.entries`.
    case tooMany
  }

  /// The line, counted from 1.
  public let line: Int
  /// What is wrong.
  public let problem: Problem
}

extension PrefixTextFault.Problem {
  /// What is wrong, for people.
  public var explanation: String {
    switch self {
    case .unreadable: "this is neither an address nor a network"
    case .hostBits(let prefix): "the address has bits behind the length /\(prefix.length)"
    case .tooMany: "more than \(PrefixLimits.entries) networks"
    }
  }

  /// What to do about it, for people.
  public var remedy: String {
    switch self {
    case .unreadable: "write one a line, like 203.0.113.7 or 2001:db8::/32; no names, no ranges"
    case .hostBits(let prefix): "write \(prefix)"
    case .tooMany: "join neighbouring networks, or leave some out"
    }
  }
}
