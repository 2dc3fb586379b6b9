/// What the first packet of a TCP connection tells of the stack that made it: the fields of a p0f
/// signature (p0f 3, README, "TCP signatures"), and where the packet can't have come from a stack
/// at all.
///
/// It is a hint, never a proof: any sender can choose every field, middleboxes rewrite some, and
/// thousands of honest peers share one. It splits neighbours behind one address, and adds a little
/// to a score.
public struct SynFingerprint: BitwiseCopyable, Sendable, Equatable {
  /// 4 or 6.
  public var version: UInt8
  /// Time to live as it arrived.
  public var timeToLive: UInt8
  /// Bytes of IPv4 options or IPv6 extension headers.
  public var optionByteCount: UInt8
  /// The largest segment that the sender takes; 0 when it does not say.
  public var segmentSize: UInt16
  /// The window, unscaled.
  public var window: UInt16
  /// The window's scale; 0 when there is none.
  public var windowScale: UInt8
  /// The options, in their order.
  public var layout: SynLayout
  /// What is unusual.
  public var quirks: SynQuirks
  /// Whether bytes came with the SYN.
  public var hasPayload: Bool
  /// A relation between fields that no stack makes and some scanner does.
  public var telltale: SynTelltale

  /// What a sender most likely began with: stacks use 32, 64, 128 or 255.
  public var initialTimeToLive: UInt8 {
    if timeToLive <= 32 { return 32 }
    if timeToLive <= 64 { return 64 }
    return timeToLive <= 128 ? 128 : 255
  }

  /// Routers on the way, when the guess of the first value is right.
  public var hopCount: UInt8 { initialTimeToLive &- timeToLive }
}

/// Relations between fields of a SYN that come from a scanner's shortcut, not from a stack.
///
/// All of them are as weak as they are cheap to avoid: they catch who did not care.
public enum SynTelltale: UInt8, BitwiseCopyable, Sendable, CaseIterable {
  /// Nothing of the kind.
  case none
  /// The sequence number is the destination's IPv4 address: the stateless scanner of Mirai and its
  /// kin ("Understanding the Mirai Botnet", USENIX Security 2017, section 4). By chance one SYN in
  /// four billion.
  case sequenceIsDestination
  /// The identification is 54321: zmap's constant until 4.0.
  case constantIdentification
  /// The identification is destination, port and sequence number folded together: masscan.
  case foldedIdentification
}

/// What is unusual in a SYN: p0f's quirks, with its words.
public struct SynQuirks: OptionSet, BitwiseCopyable, Sendable {
  /// One bit a quirk.
  public let rawValue: UInt32

  /// The bits, as they are.
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// "Do not fragment" is set (IPv4).
  public static let df = SynQuirks(rawValue: 1 << 0)
  /// ... and the identification is not zero all the same.
  public static let idPlus = SynQuirks(rawValue: 1 << 1)
  /// "Do not fragment" is not set, and the identification is zero.
  public static let idMinus = SynQuirks(rawValue: 1 << 2)
  /// The sender speaks of congestion.
  public static let ecn = SynQuirks(rawValue: 1 << 3)
  /// A bit is set that has to be zero.
  public static let zeroPlus = SynQuirks(rawValue: 1 << 4)
  /// The flow label is not zero (IPv6).
  public static let flow = SynQuirks(rawValue: 1 << 5)
  /// The sequence number is zero.
  public static let sequenceMinus = SynQuirks(rawValue: 1 << 6)
  /// There is an acknowledgement number without its flag.
  public static let acknowledgementPlus = SynQuirks(rawValue: 1 << 7)
  /// There is an urgent pointer without its flag.
  public static let urgentPointerPlus = SynQuirks(rawValue: 1 << 8)
  /// The urgent flag is set.
  public static let urgentFlagPlus = SynQuirks(rawValue: 1 << 9)
  /// The push flag is set.
  public static let pushFlagPlus = SynQuirks(rawValue: 1 << 10)
  /// The sender's own timestamp is zero.
  public static let timestampMinus = SynQuirks(rawValue: 1 << 11)
  /// The peer's timestamp is not zero, in the first packet.
  public static let peerTimestampPlus = SynQuirks(rawValue: 1 << 12)
  /// There are bytes behind the end of the options.
  public static let optionsPlus = SynQuirks(rawValue: 1 << 13)
  /// The window's scale is more than 14, which RFC 7323 forbids.
  public static let excessiveScale = SynQuirks(rawValue: 1 << 14)
  /// The options are malformed, or more than any stack sends.
  public static let bad = SynQuirks(rawValue: 1 << 15)

  /// p0f's words, in the order of the bits.
  static let words: [(SynQuirks, String)] = [
    (.df, "df"), (.idPlus, "id+"), (.idMinus, "id-"), (.ecn, "ecn"), (.zeroPlus, "0+"),
    (.flow, "flow"), (.sequenceMinus, "seq-"), (.acknowledgementPlus, "ack+"),
    (.urgentPointerPlus, "uptr+"), (.urgentFlagPlus, "urgf+"), (.pushFlagPlus, "pushf+"),
    (.timestampMinus, "ts1-"), (.peerTimestampPlus, "ts2+"), (.optionsPlus, "opt+"),
    (.excessiveScale, "exws"), (.bad, "bad"),
  ]
}
