public import Wire

/// What the radar listens to.
public struct RadarSettings: Sendable, Equatable {
  /// The router's addresses; none listens for SYNs to every address of this host.
  public var addresses: [SourceAddress]
  /// The device, or "any".
  public var device = "any"

  /// A radar for these addresses on all devices.
  public init(addresses: [SourceAddress]) {
    self.addresses = addresses
  }
}

/// A SYN that reached the host.
public struct RadarSighting: Sendable, Equatable, BitwiseCopyable {
  /// Where it says that it comes from; anybody may write anything there.
  public let source: SourceAddress
  /// The port that it is for.
  public let port: UInt16
}

/// Hears every SYN to the router's addresses, whether or not a connection comes of it: scans of
/// neighbouring ports, and knocks that never become a connection.
///
/// The filter runs in the kernel and lets through nothing but first packets of connections, cut
/// behind their headers; the reader is woken once a second at most in peace. It never sends, and
/// decides nothing.
public struct Radar: ~Copyable, Sendable {
  /// SYNs read in one sweep, at most: the rest waits for the next one.
  public static let sightingsPerSweep = 16_384
  /// A cooked link header of 20 bytes, IPv6's of 40, TCP's with all options of 60; and some spare.
  private static let packetByteCount: Int32 = 128
  private static let gatherMilliseconds: Int32 = 1_000
  private static let bufferByteCount: Int32 = 1 << 20
  /// Addresses that the filter names; a host with more hears SYNs to all of its addresses.
  private static let addressesMaximum = 16

  /// Readable when there is something to sweep.
  public var descriptor: Int32 { capture.descriptor }
  /// What the kernel counted.
  public var counts: LiveCaptureCounts { capture.counts }
  private var capture: LiveCapture
  private var recent = RecentSyns()

  /// Starts to listen.
  /// - Throws: `CaptureFault`, `notPermitted` without CAP_NET_RAW.
  public init(_ settings: RadarSettings) throws(CaptureFault) {
    var live = LiveCaptureSettings()
    live.device = settings.device
    live.filter = Self.filter(settings)
    live.packetByteCount = Self.packetByteCount
    live.gatherMilliseconds = Self.gatherMilliseconds
    live.bufferByteCount = Self.bufferByteCount
    capture = try LiveCapture(live)
  }

  /// libpcap's words for: a SYN and no answer to one, to an address of the router, not over the
  /// loopback device, where the gate's own dials pass.
  static func filter(_ settings: RadarSettings) -> String {
    let syn = "((ip and tcp[13] & 0x17 = 2) or (ip6 and ip6[6] = 6 and ip6[53] & 0x17 = 2))"
    var parts = [syn]
    if settings.device == "any" { parts.append("inbound and not ifindex 1") }
    if !settings.addresses.isEmpty, settings.addresses.count <= addressesMaximum {
      let hosts = settings.addresses.map { "dst host \($0)" }.joined(separator: " or ")
      parts.append("(\(hosts))")
    }
    return parts.joined(separator: " and ")
  }

  /// Reads what came since the last sweep, without waiting; SYNs that were sent again are left out.
  public mutating func sweep(_ body: (RadarSighting) -> Void) {
    let link = capture.link
    // The closure below may not hold a field of this value while another one is in use.
    var seen = recent
    _ = unsafe capture.read(atMost: Self.sightingsPerSweep) { bytes, _ in
      let span = unsafe Span(_unsafeElements: bytes)
      guard let packet = DecodedPacket(span, link: link), case .tcp(let tcp) = packet.transport,
        !seen.contains(packet.ip.source, tcp)
      else { return }
      body(RadarSighting(source: packet.ip.source, port: tcp.destinationPort))
    }
    recent = seen
  }
}

/// The SYNs of the last moments, to leave out those that were sent again: one tag a place, the
/// newer one stays.
struct RecentSyns {
  private static let capacity = 4_096
  private var tags = [UInt32](repeating: 0, count: Self.capacity)

  /// Whether this SYN was seen lately; it is remembered.
  mutating func contains(_ source: SourceAddress, _ tcp: TCPHeader) -> Bool {
    let ports = UInt64(tcp.sourcePort) << 16 | UInt64(tcp.destinationPort)
    var hash = (source.high ^ source.low &* 0x9e37_79b9_7f4a_7c15) &+ ports
    hash = (hash ^ hash >> 31 ^ UInt64(tcp.sequence) << 20) &* 0xbf58_476d_1ce4_e5b9
    let tag = UInt32(truncatingIfNeeded: hash >> 32) | 1
    let place = Int(truncatingIfNeeded: hash) & (Self.capacity - 1)
    if tags[place] == tag { return true }
    tags[place] = tag
    return false
  }
}
