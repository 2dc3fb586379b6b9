internal import Wire

/// Who is never refused by a rule: the mistakes that hurt most are made impossible here, and not
/// left to whoever writes the rules.
extension Features {
  /// Why no rule may refuse this connection; nil when one may.
  public var exemption: RuleExemption? {
    if isKnown(.allowed), numbers[Int(Feature.allowed.rawValue)] != 0 { return .allowed }
    if isKnown(.standing),
      numbers[Int(Feature.standing.rawValue)] == UInt32(Standing.known.rawValue)
    {
      return .known
    }
    if isOwn { return .own }
    return source.isPrivate ? .privateRange : nil
  }
}

extension SourceAddress {
  /// Whether the address lies in a range that is not routed in the Internet: RFC 1918, RFC 6598
  /// (shared by carriers and their customers), RFC 3927, RFC 4193, RFC 4291, loopback.
  fileprivate var isPrivate: Bool {
    if isLoopback { return true }
    guard isIPv4 else { return high >> 57 == 0xfc >> 1 || high >> 54 == 0xfe80 >> 6 }
    return ipv4 >> 24 == 10 || ipv4 >> 20 == 0xac1 || ipv4 >> 16 == 0xc0a8
      || ipv4 >> 16 == 0xa9fe || ipv4 >> 22 == 0x6440 >> 6
  }
}
