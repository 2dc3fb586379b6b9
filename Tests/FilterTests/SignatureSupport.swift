import Filter

/// A small generator with a printed seed, so that a failing run can be repeated (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  private var state: UInt64

  init(seed: UInt64) {
    state = seed
  }

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }
}

func pattern(_ text: String) throws -> SignaturePattern {
  try SignaturePattern(text: text.utf8)
}

func definition(
  _ name: String,
  _ patterns: String...,
  action: RuleAction = .mimic,
  mode: RuleMode = .enforce
) throws -> SignatureDefinition {
  SignatureDefinition(
    name: name,
    patterns: try patterns.map { try pattern($0) },
    action: action,
    mode: mode
  )
}

/// The plainest matcher there is, to compare the fast one with.
enum NaiveMatcher {
  /// The lengths of all prefixes of `bytes` that `pattern` describes.
  static func ends(_ pattern: SignaturePattern, _ bytes: [UInt8]) -> Set<Int> {
    var places: Set<Int> = [0]
    for piece in pattern.pieces {
      var next: Set<Int> = []
      for place in places {
        var end = place
        for count in 0...piece.maximum {
          if count >= piece.minimum { next.insert(end) }
          guard end < bytes.count, piece.bytes.contains(bytes[end]) else { break }
          end += 1
        }
      }
      places = next
    }
    return places
  }

  /// What `SignatureSet.match` promises.
  static func match(_ definitions: [SignatureDefinition], _ bytes: [UInt8]) -> (Int, RuleMode)? {
    for mode in [RuleMode.enforce, .observe] {
      let hits = definitions.enumerated().compactMap { index, definition -> (Int, Int)? in
        guard definition.mode == mode else { return nil }
        let ends = definition.patterns.flatMap { Self.ends($0, bytes) }
        return ends.min().map { ($0, index) }
      }
      if let first = hits.min(by: { $0 < $1 }) { return (first.1, mode) }
    }
    return nil
  }
}

/// What `set` says to `bytes`.
func match(_ set: borrowing SignatureSet, _ bytes: some Sequence<UInt8>) -> SignatureMatch? {
  let bytes = Array(bytes)
  return set.match(bytes.span)
}
