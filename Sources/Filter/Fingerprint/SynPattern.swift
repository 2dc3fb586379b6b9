/// A signature in p0f's notation as people write it in a rule: each field is a value or open.
///
/// `*` leaves version, time to live, segment size, window, scale and payload open. With the version
/// open, quirks that only IPv4 has (`df`, `id+`, `id-`) do not count for IPv6, and `flow` counts
/// for nothing.
public struct SynPattern: BitwiseCopyable, Sendable, Equatable {
  /// 4 or 6; nil when open.
  public var version: UInt8?
  /// The first time to live: 32, 64, 128 or 255; nil when open.
  public var initialTimeToLive: UInt8?
  /// Bytes of IP options.
  public var optionByteCount: UInt8 = 0
  /// The segment size; nil when open.
  public var segmentSize: UInt16?
  /// The window.
  public var window = SynPatternWindow.any
  /// The window's scale; nil when open.
  public var windowScale: UInt8?
  /// The options.
  public var layout = SynLayout()
  /// The quirks, all of them.
  public var quirks = SynQuirks(rawValue: 0)
  /// Whether bytes come with the SYN; nil when open.
  public var hasPayload: Bool?

  /// A pattern that leaves open what can be.
  init() {}

  /// Whether `fingerprint` has this form.
  #if !DEBUG
    @_noLocks
  #endif
  public func matches(_ fingerprint: SynFingerprint) -> Bool {
    if let version, version != fingerprint.version { return false }
    if let initialTimeToLive, initialTimeToLive != fingerprint.initialTimeToLive { return false }
    if let segmentSize, segmentSize != fingerprint.segmentSize { return false }
    if let windowScale, windowScale != fingerprint.windowScale { return false }
    if let hasPayload, hasPayload != fingerprint.hasPayload { return false }
    guard optionByteCount == fingerprint.optionByteCount, layout == fingerprint.layout else {
      return false
    }
    let counted = countedQuirks(ofVersion: fingerprint.version)
    guard quirks.rawValue & counted == fingerprint.quirks.rawValue & counted else { return false }
    return window.matches(fingerprint)
  }

  private func countedQuirks(ofVersion version: UInt8) -> UInt32 {
    guard self.version == nil else { return .max }
    let ofIPv4 =
      SynQuirks.df.rawValue | SynQuirks.idPlus.rawValue | SynQuirks.idMinus.rawValue
    return ~SynQuirks.flow.rawValue & (version == 6 ? ~ofIPv4 : .max)
  }

  /// The `SynFingerprint.hash` of what matches, when nothing but the segment size is open; nil when
  /// a hash can't tell.
  public var hash: UInt32? {
    guard let version, let initialTimeToLive, let windowScale, let hasPayload, segmentSize == nil,
      case .exactly(let rule) = window
    else { return nil }
    return SynHash.value(
      version: version,
      initialTimeToLive: initialTimeToLive,
      optionByteCount: optionByteCount,
      window: rule,
      windowScale: windowScale,
      layout: layout,
      quirks: quirks,
      hasPayload: hasPayload
    )
  }
}

/// The window of a pattern.
public enum SynPatternWindow: BitwiseCopyable, Sendable, Equatable {
  /// Open.
  case any
  /// Chosen in this way.
  case exactly(SynWindow)
  /// A multiple of this many bytes.
  case multiple(of: UInt16)

  func matches(_ fingerprint: SynFingerprint) -> Bool {
    switch self {
    case .any: true
    case .exactly(.bytes(let count)): fingerprint.window == count
    case .exactly(let rule): fingerprint.windowRule == rule
    case .multiple(let count): count > 0 && fingerprint.window % count == 0
    }
  }
}
