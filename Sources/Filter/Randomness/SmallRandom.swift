/// A small generator for draws that only have to look like the router's own: never for secrets.
///
/// SplitMix64; the caller gives the seed, so that a test can repeat a run.
public struct SmallRandom: BitwiseCopyable, Sendable {
  private var state: UInt64

  /// A generator that starts from `seed`.
  public init(seed: UInt64) {
    state = seed
  }

  /// The next 64 bits.
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var mixed = state
    mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
    return mixed ^ (mixed >> 31)
  }

  /// A number of 0 ..< `bound`; the bias of less than `bound` / 2^64 does not matter here.
  public mutating func below(_ bound: UInt64) -> UInt64 {
    precondition(bound > 0, "nothing lies below zero")
    return next().multipliedFullWidth(by: bound).high
  }
}
