public import Wire

/// Reads a SYN as `TCP_SAVED_SYN` and captures give it: an IP header and the TCP header behind it.
extension SynFingerprint {
  /// The fingerprint of the packet that begins at byte `offset`; nil when it is not a whole SYN.
  #if !DEBUG
    @_noLocks
  #endif
  public init?(syn bytes: borrowing Span<UInt8>, at offset: Int = 0) {
    guard let ip = IPHeader(bytes, at: offset), ip.transport == IPHeader.tcp,
      let tcp = TCPHeader(bytes, in: ip.payload)
    else { return nil }
    self.init(bytes, ip: ip, tcp: tcp)
  }

  /// The fingerprint of a packet whose headers were read already; nil when it is no SYN.
  #if !DEBUG
    @_noLocks
  #endif
  public init?(_ bytes: borrowing Span<UInt8>, ip: IPHeader, tcp: TCPHeader) {
    let flags = tcp.flags
    guard flags.isSynchronize, !flags.isAcknowledgement, !flags.isReset, !flags.isFinish else {
      return nil
    }
    version = ip.version
    timeToLive = ip.timeToLive
    optionByteCount = UInt8(truncatingIfNeeded: min(ip.optionByteCount, 255))
    segmentSize = 0
    window = tcp.window
    windowScale = 0
    layout = SynLayout()
    quirks = Self.quirks(ip, tcp)
    hasPayload = !tcp.payload.isEmpty
    telltale = Self.telltale(ip, tcp)
    readOptions(bytes, tcp.options)
  }

  private static func quirks(_ ip: IPHeader, _ tcp: TCPHeader) -> SynQuirks {
    var bits: UInt32 = 0
    func set(_ quirk: SynQuirks, _ isThere: Bool) {
      if isThere { bits |= quirk.rawValue }
    }
    if ip.version == 4 {
      let isWhole = ip.flags & 2 != 0
      set(.df, isWhole)
      set(.idPlus, isWhole && ip.identification != 0)
      set(.idMinus, !isWhole && ip.identification == 0)
    }
    set(.ecn, ip.trafficClass & 3 != 0 || tcp.flags.speaksOfCongestion)
    set(.zeroPlus, ip.flags & 4 != 0 || tcp.flags.hasReservedBits)
    set(.flow, ip.flowLabel != 0)
    set(.sequenceMinus, tcp.sequence == 0)
    set(.acknowledgementPlus, tcp.acknowledgement != 0)
    set(.urgentPointerPlus, tcp.urgentPointer != 0 && !tcp.flags.isUrgent)
    set(.urgentFlagPlus, tcp.flags.isUrgent)
    set(.pushFlagPlus, tcp.flags.isPush)
    return SynQuirks(rawValue: bits)
  }

  private static func telltale(_ ip: IPHeader, _ tcp: TCPHeader) -> SynTelltale {
    guard ip.version == 4 else { return .none }
    if tcp.sequence == ip.destination.ipv4 { return .sequenceIsDestination }
    // Stacks set "do not fragment" in a SYN, scanners that write their own packets rarely do.
    guard ip.flags & 2 == 0 else { return .none }
    let folded = ip.destination.ipv4 ^ UInt32(tcp.destinationPort) ^ tcp.sequence
    if ip.identification == UInt16(truncatingIfNeeded: folded) { return .foldedIdentification }
    return ip.identification == 54_321 ? .constantIdentification : .none
  }

  /// Walks the options; what is malformed ends the walk with the quirk `bad`.
  private mutating func readOptions(_ bytes: borrowing Span<UInt8>, _ range: Range<Int>) {
    var place = range.lowerBound
    let end = range.upperBound
    while place < end {
      let kind = bytes[place]
      guard layout.append(kind) else { return add(.bad) }
      place &+= 1
      if kind == SynLayout.end {
        layout.paddingByteCount = UInt8(truncatingIfNeeded: end &- place)
        while place < end {
          if bytes[place] != 0 { return add(.optionsPlus) }
          place &+= 1
        }
        return
      }
      if kind == SynLayout.fill { continue }
      guard place < end else { return add(.bad) }
      let length = Int(bytes[place])
      guard length >= 2, place &- 1 &+ length <= end else { return add(.bad) }
      guard readOption(bytes, kind: kind, at: place &+ 1, count: length &- 2) else {
        return add(.bad)
      }
      place = place &- 1 &+ length
    }
  }

  /// Reads the content of one option; false when its length does not fit its kind.
  private mutating func readOption(
    _ bytes: borrowing Span<UInt8>,
    kind: UInt8,
    at place: Int,
    count: Int
  ) -> Bool {
    var reader = ByteReader(at: place)
    switch kind {
    case SynLayout.segmentSize:
      guard count == 2, let size = reader.readUInt16(bytes) else { return false }
      segmentSize = size
    case SynLayout.windowScale:
      guard count == 1, let scale = reader.readUInt8(bytes) else { return false }
      windowScale = scale
      if scale > 14 { add(.excessiveScale) }
    case SynLayout.selectivePermitted:
      return count == 0
    case SynLayout.timestamps:
      guard count == 8, let own = reader.readUInt32(bytes), let peer = reader.readUInt32(bytes)
      else { return false }
      if own == 0 { add(.timestampMinus) }
      if peer != 0 { add(.peerTimestampPlus) }
    default:
      break
    }
    return true
  }

  private mutating func add(_ quirk: SynQuirks) {
    quirks = SynQuirks(rawValue: quirks.rawValue | quirk.rawValue)
  }
}
