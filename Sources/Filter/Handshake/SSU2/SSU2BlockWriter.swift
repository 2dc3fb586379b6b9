internal import Wire

/// Writes the blocks of a payload, one behind the other, into memory that has room for them.
@safe
struct SSU2BlockWriter {
  private let start: UnsafeMutableRawPointer
  /// Bytes written.
  private(set) var count = 0

  /// A writer that begins at `start`.
  init(_ start: UnsafeMutableRawPointer) {
    unsafe self.start = start
  }

  /// The sender's clock, in seconds since 1970.
  mutating func writeDateTime(_ seconds: UInt32) {
    writeHeader(SSU2Block.dateTime, contentBytes: SSU2Block.dateTimeContent)
    write(seconds)
  }

  /// The endpoint that the sender sees its peer at.
  mutating func writeAddress(_ endpoint: Endpoint) {
    let isIPv4 = endpoint.address.isIPv4
    let content = isIPv4 ? SSU2Block.ipv4AddressContent : SSU2Block.ipv6AddressContent
    writeHeader(SSU2Block.address, contentBytes: content)
    write(endpoint.port)
    if isIPv4 { return write(endpoint.address.ipv4) }
    write(endpoint.address.high)
    write(endpoint.address.low)
  }

  /// A refusal for `reason`, before any packet of a session.
  mutating func writeTermination(_ reason: UInt8) {
    writeHeader(SSU2Block.termination, contentBytes: SSU2Block.terminationContent)
    write(UInt64(0))
    write(reason)
  }

  /// `contentBytes` of nothing.
  mutating func writePadding(_ contentBytes: Int) {
    writeHeader(SSU2Block.padding, contentBytes: contentBytes)
    var left = contentBytes
    while left > 0 {
      write(UInt8(0))
      left &-= 1
    }
  }

  private mutating func writeHeader(_ type: UInt8, contentBytes: Int) {
    write(type)
    write(UInt16(truncatingIfNeeded: contentBytes))
  }

  private mutating func write<Number: FixedWidthInteger & BitwiseCopyable>(_ number: Number) {
    unsafe start.storeBytes(of: number.bigEndian, toByteOffset: count, as: Number.self)
    count &+= MemoryLayout<Number>.size
  }
}
