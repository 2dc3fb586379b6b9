/// How often connections that meet a rule's conditions may come: `8/2m per /32`.
///
/// A bucket of `count` tokens that is full again after `periodNanoseconds`: eight at once, then one
/// every fifteen seconds.
public struct RuleLimit: Sendable, Equatable, BitwiseCopyable {
  /// Tokens of a full bucket; at least one.
  public let count: UInt32
  /// Nanoseconds in which an empty bucket fills.
  public let periodNanoseconds: UInt64
  /// Which connections share a bucket.
  public let scope: Scope
  /// What a connection gets that finds the bucket empty.
  public var over: RuleAction

  /// Which connections share a bucket.
  public enum Scope: Sendable, Equatable, BitwiseCopyable {
    /// Everybody.
    case gate
    /// Sources with so many leading bits alike, by family.
    case prefix(ipv4: UInt8, ipv6: UInt8)
  }

  /// The longest period: a bucket is no ban.
  static let longestPeriodNanoseconds: UInt64 = 86_400_000_000_000

  /// A limit of `count` in `periodNanoseconds`.
  public init(
    count: UInt32,
    periodNanoseconds: UInt64,
    scope: Scope,
    over: RuleAction = .mimic
  ) {
    precondition(count > 0 && periodNanoseconds >= UInt64(count), "a bucket fills some time")
    self.count = count
    self.periodNanoseconds = periodNanoseconds
    self.scope = scope
    self.over = over
  }

  /// Nanoseconds in which one token comes back.
  var perTokenNanoseconds: UInt64 { periodNanoseconds / UInt64(count) }
}

extension RuleLimit {
  private static let example = "\"8/2m per /32\", \"100/1s per /24 /48\" or \"50/1s per gate\""

  /// Reads `N/TIME per PREFIX`: TIME is a number with s, m or h, PREFIX is `/24`, `/24 /48` (IPv4
  /// and IPv6) or `gate`.
  ///
  /// A single length up to 32 speaks of IPv4: then IPv6 goes by /64 when it means a host or nearly
  /// one (/25 and longer), else by /48. A single length above 32 speaks of IPv6, and IPv4 goes by
  /// the address.
  /// - Throws: `RuleTextFault` with what would be right.
  public init(text: some StringProtocol) throws(RuleTextFault) {
    let words = text.split(separator: " ").map { String($0) }
    guard text.utf8.count <= RuleTextLimits.bytes, (3...4).contains(words.count),
      words[1] == "per", let slash = words[0].firstIndex(of: "/"),
      let count = UInt32(words[0][..<slash]), count > 0
    else { throw Self.unreadable(text) }
    let period = try Self.period(words[0][words[0].index(after: slash)...], text)
    guard period >= UInt64(count), period <= Self.longestPeriodNanoseconds else {
      throw RuleTextFault(
        problem: "\"\(text)\" has a time that is too short or too long",
        remedy: "write at most 24h, and no more than one for each nanosecond"
      )
    }
    let scope = try Self.scope(words[2...], text)
    self.init(count: count, periodNanoseconds: period, scope: scope)
  }

  private static func period(
    _ part: Substring,
    _ text: some StringProtocol
  ) throws(RuleTextFault) -> UInt64 {
    let units: [(String, UInt64)] = [
      ("ms", 1_000), ("s", 1_000_000), ("m", 60_000_000), ("h", 3_600_000_000),
    ]
    guard let number = RuleNumber(part.first == "." ? "" : part),
      let unit = units.first(where: { $0.0 == number.suffix })
    else { throw unreadable(text) }
    // Thousandths of a unit in nanoseconds: the factors above are thousandths already.
    let (product, overflow) = number.thousandths.multipliedReportingOverflow(by: unit.1)
    return overflow ? .max : product
  }

  private static func scope(
    _ words: ArraySlice<String>,
    _ text: some StringProtocol
  ) throws(RuleTextFault) -> Scope {
    if words.elementsEqual(["gate"]) { return .gate }
    var lengths: [UInt8] = []
    for word in words {
      guard word.hasPrefix("/"), let length = UInt8(word.dropFirst()), (1...128).contains(length)
      else { throw unreadable(text) }
      lengths.append(length)
    }
    if lengths.count == 2 {
      guard lengths[0] <= 32 else { throw unreadable(text) }
      return .prefix(ipv4: lengths[0], ipv6: lengths[1])
    }
    guard lengths[0] <= 32 else { return .prefix(ipv4: 32, ipv6: lengths[0]) }
    return .prefix(ipv4: lengths[0], ipv6: lengths[0] > 24 ? 64 : 48)
  }

  private static func unreadable(_ text: some StringProtocol) -> RuleTextFault {
    RuleTextFault(
      problem: "\"\(text.prefix(RuleTextLimits.bytes))\" is no limit",
      remedy: "write it like \(example)"
    )
  }
}

extension RuleLimit: CustomStringConvertible {
  /// `8/120s per /32 /64`.
  public var description: String {
    let milliseconds = periodNanoseconds / 1_000_000
    let time = milliseconds % 1_000 == 0 ? "\(milliseconds / 1_000)s" : "\(milliseconds)ms"
    return switch scope {
    case .gate: "\(count)/\(time) per gate"
    case .prefix(let ipv4, let ipv6): "\(count)/\(time) per /\(ipv4) /\(ipv6)"
    }
  }
}
