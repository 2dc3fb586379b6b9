/// The points of low order of Curve25519: a key agreement with one of them is the same for every
/// private key, so no honest peer sends one.
enum WeakKey {
  /// Whether the first eight bytes of `key`, little-endian, are those of a point of low order.
  ///
  /// Eight bytes are enough: an honest key has them with a chance of 4e-19.
  static func matches(_ key: UnsafePointer<UInt8>) -> Bool {
    var word: UInt64 = 0
    var index = 8
    while index > 0 {
      index &-= 1
      word = unsafe word << 8 | UInt64(key[index])
    }
    return matches(firstWord: word)
  }

  /// Whether `word` is the first eight bytes of a point of low order, read little-endian.
  static func matches(firstWord word: UInt64) -> Bool {
    switch word {
    case 0, 1: true
    case 0xaeb8_413b_7c7a_ebe0, 0x248c_50a3_bc95_9c5f: true
    case 0xffff_ffff_ffff_ffec, 0xffff_ffff_ffff_ffed, 0xffff_ffff_ffff_ffee: true
    default: false
    }
  }
}
