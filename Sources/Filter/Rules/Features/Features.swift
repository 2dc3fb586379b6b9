public import Wire

/// What is known of a connection: filled by whoever holds it as it learns, asked by the rules.
///
/// One flat value without references. Everything but the source may be unknown, and a condition on
/// what is unknown never holds.
public struct Features: BitwiseCopyable, Sendable {
  /// How many bytes of a flight are looked at for printable ones.
  public static let printableBytes = 256

  /// The address that the connection comes from.
  public var source: SourceAddress
  /// Whether the address is one of this host: such a source is never refused by a rule.
  public var isOwn = false
  /// The form of its SYN; nil when it was not saved.
  public var syn: SynFingerprint?

  private(set) var knownBits: UInt32 = 0
  private(set) var numbers: InlineArray<16, UInt32> = InlineArray(repeating: 0)

  /// A connection of which only the source is known.
  #if !DEBUG
    @_noLocks
  #endif
  public init(source: SourceAddress) {
    self.source = source
  }

  /// The number of `feature`; nil when it is not known.
  public subscript(_ feature: Feature) -> UInt32? {
    get { isKnown(feature) ? numbers[Int(feature.rawValue)] : nil }
    set {
      let bit = UInt32(1) << UInt32(feature.rawValue)
      if let newValue {
        knownBits |= bit
        numbers[Int(feature.rawValue)] = newValue
      } else {
        knownBits &= ~bit
        numbers[Int(feature.rawValue)] = 0
      }
    }
  }

  /// Whether `feature` is known.
  #if !DEBUG
    @_noLocks
  #endif
  public func isKnown(_ feature: Feature) -> Bool {
    knownBits >> UInt32(feature.rawValue) & 1 == 1
  }
}

// MARK: - Words

extension Features {
  /// What is known of the source.
  public var standing: Standing? {
    get { self[.standing].flatMap { Standing(rawValue: UInt8(truncatingIfNeeded: $0)) } }
    set { self[.standing] = newValue.map { UInt32($0.rawValue) } }
  }

  /// Whether the router's netDb lists the address.
  public var isListed: Bool? {
    get { self[.netDb].map { $0 != 0 } }
    set { self[.netDb] = newValue.map { $0 ? 1 : 0 } }
  }

  /// Whether people allowed the address: such a source is never refused by a rule.
  public var isAllowed: Bool? {
    get { self[.allowed].map { $0 != 0 } }
    set { self[.allowed] = newValue.map { $0 ? 1 : 0 } }
  }

  /// Whether people blocked the address.
  public var isBlocked: Bool? {
    get { self[.blocked].map { $0 != 0 } }
    set { self[.blocked] = newValue.map { $0 ? 1 : 0 } }
  }

  /// What the router did with the source before.
  public var earlier: EarlierOutcome? {
    get { self[.earlier].flatMap { EarlierOutcome(rawValue: UInt8(truncatingIfNeeded: $0)) } }
    set { self[.earlier] = newValue.map { UInt32($0.rawValue) } }
  }
}

// MARK: - Learning

extension Features {
  /// Notes the form of the SYN, and the hops that it tells of.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func learn(syn fingerprint: SynFingerprint) {
    syn = fingerprint
    self[.hops] = UInt32(fingerprint.hopCount)
  }

  /// Notes the first flight as far as it has come: its length and its printable share.
  #if !DEBUG
    @_noLocks
  #endif
  public mutating func learn(flight bytes: borrowing Span<UInt8>) {
    self[.flightLength] = UInt32(clamping: bytes.count)
    let looked = bytes.count < Self.printableBytes ? bytes.count : Self.printableBytes
    guard looked > 0 else { return self[.printable] = nil }
    let printable = bytes.printableCount(first: looked)
    self[.printable] = UInt32(truncatingIfNeeded: printable &* 100 / looked)
  }
}
