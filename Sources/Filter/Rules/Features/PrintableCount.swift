extension Span<UInt8> {
  /// How many of the bytes are printable ASCII, tabs or ends of lines.
  ///
  /// Eight at a time: every first flight is looked at, and byte by byte this would be a fifth of
  /// its judgement.
  var printableCount: Int {
    unsafe withUnsafeBytes { bytes in
      let stride = MemoryLayout<UInt64>.size
      var (count, index) = (0, 0)
      while index &+ stride <= bytes.count {
        let word = unsafe bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
        count &+= TextBytes.marks(word).nonzeroBitCount
        index &+= stride
      }
      while index < bytes.count {
        count &+= TextBytes.marks(UInt64(unsafe bytes[index])).nonzeroBitCount
        index &+= 1
      }
      return count
    }
  }
}

/// Which of the eight bytes of a word are text. Each byte is looked at without its highest bit, so
/// that no sum runs over into its neighbour.
private enum TextBytes {
  /// A word of eight bytes `byte`.
  private static func all(_ byte: UInt64) -> UInt64 { byte &* 0x0101_0101_0101_0101 }

  /// The highest bit of each byte that is text.
  static func marks(_ word: UInt64) -> UInt64 {
    let low = word & all(0x7f)
    let isPrintable = (low &+ all(0x60)) & ~(low &+ all(0x01))
    let isText = isPrintable | equal(low, 0x09) | equal(low, 0x0a) | equal(low, 0x0d)
    return isText & ~word & all(0x80)
  }

  /// The highest bit of each byte of `low` that is `byte`.
  private static func equal(_ low: UInt64, _ byte: UInt64) -> UInt64 {
    ~((low ^ all(byte)) &+ all(0x7f))
  }
}
