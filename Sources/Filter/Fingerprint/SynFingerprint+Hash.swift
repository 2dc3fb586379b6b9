/// The 32-bit name of a signature.
extension SynFingerprint {
  /// A hash over the signature as p0f's own lists write it: first time to live, IP options, window
  /// rule, scale, layout, quirks and payload, for one version of IP. The segment size and the hops
  /// are left out, since they tell of the way and not of the stack. Never zero; the same in every
  /// process and release, so that it may be kept in a file.
  ///
  /// It has no secret: everybody may choose the signature, so nothing is gained by a collision.
  public var hash: UInt32 {
    SynHash.value(
      version: version,
      initialTimeToLive: initialTimeToLive,
      optionByteCount: optionByteCount,
      window: windowRule,
      windowScale: windowScale,
      layout: layout,
      quirks: quirks,
      hasPayload: hasPayload
    )
  }
}

/// The hash of a signature's fields, shared by what arrives and by what people write.
enum SynHash {
  static func value(
    version: UInt8,
    initialTimeToLive: UInt8,
    optionByteCount: UInt8,
    window: SynWindow,
    windowScale: UInt8,
    layout: SynLayout,
    quirks: SynQuirks,
    hasPayload: Bool
  ) -> UInt32 {
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15
    let ip =
      UInt64(version) | UInt64(initialTimeToLive) << 8 | UInt64(optionByteCount) << 16
      | UInt64(windowScale) << 24 | UInt64(layout.count) << 32
      | UInt64(layout.paddingByteCount) << 40 | (hasPayload ? 1 << 48 : 0)
    mix(&state, ip)
    mix(&state, word(window) | UInt64(quirks.rawValue) << 32)
    mix(&state, layout.first)
    mix(&state, layout.second)
    let folded = UInt32(truncatingIfNeeded: state ^ state >> 32)
    return folded == 0 ? 1 : folded
  }

  private static func word(_ window: SynWindow) -> UInt64 {
    switch window {
    case .bytes(let count): UInt64(count)
    case .segments(let count): UInt64(count) | 1 << 16
    case .packets(let count): UInt64(count) | 2 << 16
    }
  }

  /// One round of a multiply-and-shift mixer (the finaliser of SplitMix64).
  private static func mix(_ state: inout UInt64, _ word: UInt64) {
    state = (state ^ word) &* 0xbf58_476d_1ce4_e5b9
    state ^= state >> 29
    state = state &* 0x94d0_49bb_1331_11eb
    state ^= state >> 32
  }
}
