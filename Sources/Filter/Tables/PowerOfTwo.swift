/// Table sizes: a power of two, so that a hash is reduced by a mask.
enum PowerOfTwo {
  /// The smallest power of two that is at least `count` and at least 16.
  static func atLeast(_ count: UInt32) -> UInt32 {
    precondition(count <= 1 << 30, "a table of more than 2^30 entries")
    var size: UInt32 = 16
    while size < count { size <<= 1 }
    return size
  }
}
