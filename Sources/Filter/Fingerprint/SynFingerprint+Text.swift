/// A fingerprint in p0f's notation: `version:ttl:olen:mss:window,scale:layout:quirks:payload`.
extension SynFingerprint: CustomStringConvertible {
  /// The signature, e.g. `4:64:0:1460:mss*44,7:mss,sok,ts,nop,ws:df,id+:0`; the time to live is the
  /// one that the sender most likely began with.
  public var description: String { text(segmentSize: segmentSize == 0 ? "*" : "\(segmentSize)") }

  /// The signature that `hash` stands for: the segment size is open.
  public var signature: String { text(segmentSize: "*") }

  private func text(segmentSize: String) -> String {
    let words = SynQuirks.words.filter { quirks.contains($0.0) }.map(\.1)
    return [
      "\(version)", "\(initialTimeToLive)", "\(optionByteCount)", segmentSize,
      "\(windowRule),\(windowScale)", "\(layout)", words.joined(separator: ","),
      hasPayload ? "+" : "0",
    ].joined(separator: ":")
  }
}

extension SynWindow: CustomStringConvertible {
  /// `65535`, `mss*44` or `mtu*4`.
  public var description: String {
    switch self {
    case .bytes(let count): "\(count)"
    case .segments(let count): "mss*\(count)"
    case .packets(let count): "mtu*\(count)"
    }
  }
}

extension SynLayout: CustomStringConvertible {
  /// p0f's words for the kinds of options; others are a question mark and their number.
  static let words: [(UInt8, String)] = [
    (fill, "nop"), (segmentSize, "mss"), (windowScale, "ws"), (selectivePermitted, "sok"),
    (selective, "sack"), (timestamps, "ts"),
  ]

  /// The kinds in their order, with commas between.
  public var description: String {
    (0..<count).compactMap { index -> String? in
      guard let kind = kind(index) else { return nil }
      if kind == Self.end { return "eol+\(paddingByteCount)" }
      return Self.words.first { $0.0 == kind }?.1 ?? "?\(kind)"
    }.joined(separator: ",")
  }
}
