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

/// Something that the radar heard.
public enum RadarSighting: Sendable, Equatable, BitwiseCopyable {
  /// A SYN to this port reached the host. Where it says that it comes from, anybody may write
  /// anything.
  case knock(from: SourceAddress, port: UInt16)
  /// The host dialled this address from one of the router's, and it answered: it knew the number of
  /// the SYN.
  case answer(from: SourceAddress)
}

/// Hears every SYN to the router's addresses, whether or not a connection comes of it: scans of
/// neighbouring ports, and knocks that never become a connection; and who answers SYNs from there.
///
/// The filter runs in the kernel and lets through nothing but first packets of connections, cut
/// behind their headers; the reader is woken once a second at most in peace. It never sends, and
/// decides nothing.
public struct Radar: ~Copyable, Sendable {
  /// Packets read in one sweep, at most: the rest waits for the next one.
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
  private let addresses: Set<SourceAddress>
  private var recent = RecentSyns()
  private var dials = RecentDials()

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
    addresses = Set(settings.addresses)
  }

  /// libpcap's words for: a SYN or the answer to one, to an address of the router, or a SYN from
  /// there; not over the loopback device, where the gate's own dials pass.
  static func filter(_ settings: RadarSettings) -> String {
    let (opening, answer) = (syn(flags: 0x02), syn(flags: 0x12))
    let isAny = settings.device == "any"
    let away = isAny ? "inbound and not ifindex 1 and " : ""
    guard !settings.addresses.isEmpty, settings.addresses.count <= addressesMaximum else {
      return away + opening
    }
    func hosts(_ side: String) -> String {
      "(" + settings.addresses.map { "\(side) host \($0)" }.joined(separator: " or ") + ")"
    }
    let home = isAny ? "outbound and not ifindex 1 and " : ""
    return "(\(away)(\(opening) or \(answer)) and \(hosts("dst")))"
      + " or (\(home)\(opening) and \(hosts("src")))"
  }

  private static func syn(flags: Int) -> String {
    "((ip and tcp[13] & 0x17 = \(flags)) or (ip6 and ip6[6] = 6 and ip6[53] & 0x17 = \(flags)))"
  }

  /// Reads what came since the last sweep, without waiting; SYNs that were sent again are left out.
  public mutating func sweep(_ body: (RadarSighting) -> Void) {
    let (link, addresses) = (capture.link, addresses)
    // The closure below may not hold a field of this value while another one is in use.
    var (seen, open) = (recent, dials)
    _ = unsafe capture.read(atMost: Self.sightingsPerSweep) { bytes, _ in
      let span = unsafe Span(_unsafeElements: bytes)
      guard let packet = DecodedPacket(span, link: link), case .tcp(let tcp) = packet.transport
      else { return }
      let source = packet.ip.source
      if tcp.flags.isAcknowledgement {
        if open.answers(source, tcp) { body(.answer(from: source)) }
      } else if addresses.contains(source) {
        open.note(packet.ip.destination, tcp)
      } else if !seen.contains(source, tcp) {
        body(.knock(from: source, port: tcp.destinationPort))
      }
    }
    (recent, dials) = (seen, open)
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
    let hash = Self.hash(source, ports, tcp.sequence)
    let tag = UInt32(truncatingIfNeeded: hash >> 32) | 1
    let place = Int(truncatingIfNeeded: hash) & (Self.capacity - 1)
    if tags[place] == tag { return true }
    tags[place] = tag
    return false
  }

  /// Spreads over places what belongs to one connection; no secret, since a collision gains nobody
  /// anything.
  fileprivate static func hash(_ peer: SourceAddress, _ ports: UInt64, _ number: UInt32) -> UInt64 {
    let hash = (peer.high ^ peer.low &* 0x9e37_79b9_7f4a_7c15) &+ ports
    return (hash ^ hash >> 31 ^ UInt64(number) << 20) &* 0xbf58_476d_1ce4_e5b9
  }
}

/// The host's own SYNs of the last moments: only who saw one knows its number, so an answer that
/// names it was not made up by somebody else. One tag a place, the newer one stays.
struct RecentDials {
  private static let capacity = 4_096
  private var tags = [UInt32](repeating: 0, count: Self.capacity)

  /// The host dials `peer`.
  mutating func note(_ peer: SourceAddress, _ tcp: TCPHeader) {
    let (place, tag) = Self.place(peer, tcp.destinationPort, tcp.sourcePort, tcp.sequence)
    tags[place] = tag
  }

  /// Whether this is the answer of `peer` to one of them; it counts once.
  mutating func answers(_ peer: SourceAddress, _ tcp: TCPHeader) -> Bool {
    let number = tcp.acknowledgement &- 1
    let (place, tag) = Self.place(peer, tcp.sourcePort, tcp.destinationPort, number)
    guard tags[place] == tag else { return false }
    tags[place] = 0
    return true
  }

  private static func place(
    _ peer: SourceAddress,
    _ peerPort: UInt16,
    _ hostPort: UInt16,
    _ number: UInt32
  ) -> (place: Int, tag: UInt32) {
    let ports = UInt64(peerPort) << 16 | UInt64(hostPort)
    let hash = RecentSyns.hash(peer, ports, number)
    return (
      Int(truncatingIfNeeded: hash) & (capacity - 1), UInt32(truncatingIfNeeded: hash >> 32) | 1
    )
  }
}
