import Filter
import Wire

/// What holds for any bytes that are taken for a SYN; shared by the tests and the fuzzer.
enum SynProperties {
  /// The first property that does not hold; nil when all do.
  static func violated(by bytes: [UInt8]) -> String? {
    guard let fingerprint = SynFingerprint(syn: bytes.span) else { return nil }
    guard let ip = IPHeader(bytes.span), let tcp = TCPHeader(bytes.span, in: ip.payload) else {
      return "a SYN without headers"
    }
    if tcp.options.upperBound > bytes.count { return "options beyond the end" }
    if fingerprint.hash == 0 { return "the hash is zero" }
    if fingerprint.initialTimeToLive < fingerprint.timeToLive { return "hops backwards" }
    guard let pattern = try? SynPattern(text: fingerprint.signature) else {
      return "its own signature can't be read: \(fingerprint.signature)"
    }
    if !pattern.matches(fingerprint) { return "its own signature differs" }
    if pattern.hash != fingerprint.hash { return "its own signature has another hash" }
    if fingerprint.senderClass == .mirai, tcp.sequence != ip.destination.ipv4 {
      return "no mark of Mirai"
    }
    // What lies behind the headers has no part in it, but for being there.
    let headers = Array(bytes[..<tcp.options.upperBound])
    if SynFingerprint(syn: headers.span)?.layout != fingerprint.layout { return "it reads on" }
    return nil
  }
}
