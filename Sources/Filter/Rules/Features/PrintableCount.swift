extension Span<UInt8> {
  /// How many of the first `looked` bytes are printable ASCII, tabs or ends of lines.
  ///
  /// Counted in runs of so few that a byte holds the sum, without a branch: the compiler makes one
  /// instruction of sixteen additions. Every first flight is looked at, and byte by byte this would
  /// be a fifth of its judgement.
  func printableCount(first looked: Int) -> Int {
    unsafe withUnsafeBufferPointer { bytes in
      let all = looked < bytes.count ? looked : bytes.count
      var (count, start) = (0, 0)
      while start < all {
        let end = start &+ 128 < all ? start &+ 128 : all
        var run: UInt8 = 0
        var index = start
        while index < end {
          run &+= Self.isText(unsafe bytes[index])
          index &+= 1
        }
        count &+= Int(run)
        start = end
      }
      return count
    }
  }

  /// 1 for a byte of text, else 0.
  private static func isText(_ byte: UInt8) -> UInt8 {
    let isPrintable: UInt8 = byte &- 0x20 < 0x5f ? 1 : 0
    let isTab: UInt8 = byte == 0x09 ? 1 : 0
    let isNewLine: UInt8 = byte == 0x0a ? 1 : 0
    let isReturn: UInt8 = byte == 0x0d ? 1 : 0
    return isPrintable | isTab | isNewLine | isReturn
  }
}
