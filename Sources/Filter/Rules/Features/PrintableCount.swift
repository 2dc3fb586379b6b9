extension Span<UInt8> {
  /// How many of the bytes are printable ASCII, tabs or ends of lines.
  ///
  /// Sixteen at a time: every first flight is looked at, and byte by byte this would be a third of
  /// its judgement.
  var printableCount: Int {
    unsafe withUnsafeBytes { bytes in
      typealias Stride = SIMD16<UInt8>
      var (count, index) = (0, 0)
      while index &+ Stride.scalarCount <= bytes.count {
        let stride = unsafe bytes.loadUnaligned(fromByteOffset: index, as: Stride.self)
        count &+= Int(Self.ones(stride).wrappedSum())
        index &+= Stride.scalarCount
      }
      while index < bytes.count {
        count &+= Int(Self.ones(Stride(repeating: unsafe bytes[index]))[0])
        index &+= 1
      }
      return count
    }
  }

  /// 1 for each byte that is text, else 0.
  private static func ones(_ bytes: SIMD16<UInt8>) -> SIMD16<UInt8> {
    let isText = (bytes &- 0x20 .< 0x5f) .| (bytes .== 0x09) .| (bytes .== 0x0a) .| (bytes .== 0x0d)
    return SIMD16<UInt8>.zero.replacing(with: 1, where: isText)
  }
}
