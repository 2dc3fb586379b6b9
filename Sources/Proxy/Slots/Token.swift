/// What an event is about: the word that a descriptor is registered with.
///
/// `kind` (8 bits), `generation` of the slot (24 bits), `slot` (32 bits).
struct Token: BitwiseCopyable, Equatable {
  /// What kind of thing the slot number counts.
  enum Kind: UInt8, BitwiseCopyable {
    case listener
    case wake
    case stranger
    case sessionPeer
    case sessionRouter
    case flow
  }

  /// The bits of a generation that fit into a token.
  static let generationMask: UInt32 = 0xff_ffff

  /// The word.
  let rawValue: UInt64

  /// A token for a thing.
  init(_ kind: Kind, generation: UInt32 = 0, slot: UInt32) {
    rawValue =
      UInt64(kind.rawValue) << 56 | UInt64(generation & Self.generationMask) << 32 | UInt64(slot)
  }

  /// A token from an event.
  init(rawValue: UInt64) {
    self.rawValue = rawValue
  }

  /// What the slot number counts; nil for a word that no token has.
  var kind: Kind? { Kind(rawValue: UInt8(truncatingIfNeeded: rawValue >> 56)) }
  /// The generation.
  var generation: UInt32 { UInt32(truncatingIfNeeded: rawValue >> 32) & Self.generationMask }
  /// The slot.
  var slot: UInt32 { UInt32(truncatingIfNeeded: rawValue) }
}
