/// What kind of sender a SYN looks like.
///
/// `linux` to `mac` are families of stacks, and say nothing about good or bad: bots run on them as
/// well as honest routers. `zmap` to `nmap` are forms that these tools send as shipped; whoever
/// wants to look like a stack does, so they are weak signals. `none` and `odd` differ: a rare but
/// sound stack is `none`, what no stack sends is `odd`.
public enum SynClass: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// Not known: nothing was saved, or the form is sound and of no known family.
  case none
  /// Linux, Android among it.
  case linux
  /// Windows.
  case windows
  /// FreeBSD or OpenBSD.
  case bsd
  /// macOS or iOS.
  case mac
  /// The zmap scanner.
  case zmap
  /// The masscan scanner.
  case masscan
  /// The scanner of Mirai and its descendants.
  case mirai
  /// nmap's half-open scan (`-sS`).
  case nmap
  /// Something that no stack sends.
  case odd

  /// The word that people write in a rule file.
  public var word: StaticString {
    switch self {
    case .none: "none"
    case .linux: "linux"
    case .windows: "windows"
    case .bsd: "bsd"
    case .mac: "mac"
    case .zmap: "zmap"
    case .masscan: "masscan"
    case .mirai: "mirai"
    case .nmap: "nmap"
    case .odd: "odd"
    }
  }

  /// The class with this word; nil when there is none.
  public init?(word: some StringProtocol) {
    guard let found = Self.allCases.first(where: { "\($0.word)" == word }) else { return nil }
    self = found
  }
}

/// The class of a fingerprint. The forms of scanners are those that the tools themselves sent in
/// the lab (`Tests/Corpus/Captures`) and what their public sources set.
extension SynFingerprint {
  /// The class of this fingerprint.
  public var senderClass: SynClass {
    if let scanner = scannerClass { return scanner }
    return stackClass
  }

  /// The scanners' forms. They write packets of their own, without "do not fragment", and most keep
  /// the largest time to live there is: stacks begin with 64 or 128.
  private var scannerClass: SynClass? {
    if telltale == .sequenceIsDestination { return .mirai }
    guard version == 4 else { return hasBareWindow ? .nmap : nil }
    guard quirks.rawValue & SynQuirks.df.rawValue == 0 else { return nil }
    guard initialTimeToLive == 255 else { return hasBareWindow ? .nmap : nil }
    if telltale == .foldedIdentification { return .masscan }
    if telltale == .constantIdentification { return .zmap }
    // zmap since 4.1 draws its identifications and borrows the options of a stack.
    if isOfWindows || isOfLinux { return .zmap }
    return hasBareWindow ? .masscan : nil
  }

  /// One to four kibibytes of window and a segment size for Ethernet, without any other option:
  /// nmap's and masscan's own packets.
  private var hasBareWindow: Bool {
    layout.count == 1 && layout.kind(0) == SynLayout.segmentSize && segmentSize == 1_460
      && window % 1_024 == 0 && window >= 1_024 && window <= 4_096
  }

  private var stackClass: SynClass {
    guard !isUnsound else { return .odd }
    switch initialTimeToLive {
    case 64:
      if isOfLinux { return .linux }
      if isOfMac { return .mac }
      return isOfBSD ? .bsd : .none
    case 128:
      return isOfWindows || layout.begins(with: .windowsTimed) ? .windows : .none
    default:
      return .none
    }
  }

  /// What no stack sends in a first packet, whatever its family.
  private var isUnsound: Bool {
    let never =
      SynQuirks.bad.rawValue | SynQuirks.zeroPlus.rawValue | SynQuirks.sequenceMinus.rawValue
      | SynQuirks.urgentFlagPlus.rawValue | SynQuirks.pushFlagPlus.rawValue
      | SynQuirks.excessiveScale.rawValue
    return segmentSize == 0 || quirks.rawValue & never != 0
  }

  private var isOfLinux: Bool {
    layout.begins(with: .linux) || layout == .linuxUntimed
  }

  private var isOfWindows: Bool {
    layout == .windows || layout == .windowsUnscaled
  }

  private var isOfMac: Bool { layout.begins(with: .mac) }

  private var isOfBSD: Bool {
    layout == .freeBSD || layout.begins(with: .openBSD)
  }
}

/// The families' orders of options. Words are read from their low end: 2 is the segment size, 1 a
/// fill, 3 the scale, 4 "selective", 8 the timestamps.
extension SynLayout {
  /// mss,sok,ts,nop,ws; options of TCP Fast Open or MPTCP may follow.
  fileprivate static var linux: SynLayout { SynLayout(word: 0x03_01_08_04_02, count: 5) }
  /// mss,nop,nop,sok,nop,ws: Linux without timestamps.
  fileprivate static var linuxUntimed: SynLayout {
    SynLayout(word: 0x03_01_04_01_01_02, count: 6)
  }
  /// mss,nop,ws,nop,nop,sok
  fileprivate static var windows: SynLayout { SynLayout(word: 0x04_01_01_03_01_02, count: 6) }
  /// mss,nop,nop,sok: Windows without a scale.
  fileprivate static var windowsUnscaled: SynLayout { SynLayout(word: 0x04_01_01_02, count: 4) }
  /// mss,nop,ws,sok,ts: Windows with timestamps.
  fileprivate static var windowsTimed: SynLayout { SynLayout(word: 0x08_04_03_01_02, count: 5) }
  /// mss,nop,ws,nop,nop,ts,sok; an end mark with its padding follows.
  fileprivate static var mac: SynLayout { SynLayout(word: 0x04_08_01_01_03_01_02, count: 7) }
  /// mss,nop,ws,sok,ts
  fileprivate static var freeBSD: SynLayout { windowsTimed }
  /// mss,nop,nop,sok,nop,ws,nop,nop; timestamps follow.
  fileprivate static var openBSD: SynLayout {
    SynLayout(word: 0x01_01_03_01_04_01_01_02, count: 8)
  }
}
