extension SourceAddress: CustomStringConvertible {
  /// The address in its usual text form; IPv6 compressed as RFC 5952 asks.
  public var description: String {
    isIPv4 ? ipv4Text : ipv6Text
  }

  private var ipv4Text: String {
    "\(ipv4 >> 24).\((ipv4 >> 16) & 255).\((ipv4 >> 8) & 255).\(ipv4 & 255)"
  }

  private var groups: [UInt16] {
    (0..<8).map { index in
      let half = index < 4 ? high : low
      return UInt16(truncatingIfNeeded: half >> UInt64(48 - 16 * (index & 3)))
    }
  }

  private var ipv6Text: String {
    let groups = groups
    let gap = Self.longestZeroRun(in: groups)
    func text(_ range: Range<Int>) -> String {
      range.map { String(groups[$0], radix: 16) }.joined(separator: ":")
    }
    guard let gap else { return text(0..<8) }
    return text(0..<gap.lowerBound) + "::" + text(gap.upperBound..<8)
  }

  private static func longestZeroRun(in groups: [UInt16]) -> Range<Int>? {
    var best: Range<Int>?
    var start = 0
    while start < groups.count {
      var end = start
      while end < groups.count, groups[end] == 0 { end += 1 }
      if end - start >= 2, end - start > (best?.count ?? 0) { best = start..<end }
      start = max(end, start + 1)
    }
    return best
  }

  /// Reads an IPv4 or IPv6 address in text form; nil when `text` is neither.
  public init?(_ text: some StringProtocol) {
    if text.contains(":") {
      self.init(ipv6Text: text)
    } else {
      self.init(ipv4Text: text)
    }
  }

  private init?(ipv4Text text: some StringProtocol) {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard parts.count == 4 else { return nil }
    var value: UInt32 = 0
    for part in parts {
      guard part.utf8.allSatisfy({ (48...57).contains($0) }), let byte = UInt8(part) else {
        return nil
      }
      value = value << 8 | UInt32(byte)
    }
    self.init(ipv4: value)
  }

  private init?(ipv6Text text: some StringProtocol) {
    guard let groups = Self.ipv6Groups(in: text) else { return nil }
    var halves: (UInt64, UInt64) = (0, 0)
    for (index, group) in groups.enumerated() {
      if index < 4 {
        halves.0 = halves.0 << 16 | UInt64(group)
      } else {
        halves.1 = halves.1 << 16 | UInt64(group)
      }
    }
    self.init(high: halves.0, low: halves.1)
  }

  private static func ipv6Groups(in text: some StringProtocol) -> [UInt16]? {
    let sides = text.split(separator: "::", omittingEmptySubsequences: false)
    guard sides.count <= 2, let first = sides.first else { return nil }
    guard let head = groups(in: first) else { return nil }
    guard sides.count == 2, let last = sides.last else { return head.count == 8 ? head : nil }
    guard let tail = groups(in: last), head.count + tail.count < 8 else { return nil }
    return head + Array(repeating: 0, count: 8 - head.count - tail.count) + tail
  }

  private static func groups(in text: some StringProtocol) -> [UInt16]? {
    if text.isEmpty { return [] }
    var groups: [UInt16] = []
    let parts = text.split(separator: ":", omittingEmptySubsequences: false)
    for (index, part) in parts.enumerated() {
      if part.contains(".") {
        guard index == parts.count - 1, let tail = SourceAddress(ipv4Text: part) else {
          return nil
        }
        groups += [UInt16(tail.ipv4 >> 16), UInt16(tail.ipv4 & 0xffff)]
        continue
      }
      guard part.utf8.count <= 4, part.first != "+", let group = UInt16(part, radix: 16) else {
        return nil
      }
      groups.append(group)
    }
    return groups.count <= 8 ? groups : nil
  }
}

extension Endpoint: CustomStringConvertible {
  /// `a.b.c.d:port`, or `[address]:port` for IPv6.
  public var description: String {
    address.isIPv4 ? "\(address):\(port)" : "[\(address)]:\(port)"
  }

  /// Reads `a.b.c.d:port` or `[address]:port`; nil when `text` is neither.
  public init?(_ text: some StringProtocol) {
    guard let colon = text.lastIndex(of: ":"), let port = UInt16(text[text.index(after: colon)...])
    else { return nil }
    var host = text[..<colon]
    if host.hasPrefix("["), host.hasSuffix("]") {
      host = host.dropFirst().dropLast()
    } else if host.contains(":") {
      return nil
    }
    guard let address = SourceAddress(host) else { return nil }
    self.init(address: address, port: port)
  }
}
