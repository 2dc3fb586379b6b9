internal import Wire

/// Writes a datagram with its own IP and UDP headers, as this host's kernel would.
enum PacketHeaders {
  /// Bytes of both headers.
  static let bytesIPv4 = 28
  static let bytesIPv6 = 48

  private static let udpBytes = 8
  private static let udpProtocol: UInt8 = 17
  /// What hosts of this kind begin with.
  private static let hopLimit: UInt8 = 64

  /// Writes headers and payload to `packet`, which must have room for them. The ends are of one
  /// family, and the whole has at most 65,535 bytes.
  ///
  /// - Returns: The bytes of the whole packet.
  @_noLocks
  static func write(
    _ payload: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    into packet: UnsafeMutableRawPointer
  ) -> Int {
    let isIPv4 = destination.address.isIPv4
    let headerBytes = isIPv4 ? bytesIPv4 : bytesIPv6
    precondition(source.address.isIPv4 == isIPv4, "one packet has one family")
    precondition(payload.count <= Int(UInt16.max) - headerBytes, "no packet is so long")
    let total = headerBytes + payload.count
    if isIPv4 {
      unsafe writeIPv4(source.address, destination.address, totalBytes: total, into: packet)
    } else {
      unsafe writeIPv6(source.address, destination.address, totalBytes: total, into: packet)
    }
    if let start = payload.baseAddress {
      unsafe (packet + headerBytes).copyMemory(from: start, byteCount: payload.count)
    }
    let udp = unsafe packet + (headerBytes - udpBytes)
    let udpLength = UInt16(truncatingIfNeeded: udpBytes + payload.count)
    unsafe store(source.port, into: udp, at: 0)
    unsafe store(destination.port, into: udp, at: 2)
    unsafe store(udpLength, into: udp, at: 4)
    unsafe store(0, into: udp, at: 6)
    var sum = unsafe partialSum(UnsafeRawBufferPointer(start: udp, count: Int(udpLength)))
    sum &+= partialSum(source.address) &+ partialSum(destination.address)
    sum &+= UInt64(udpProtocol) &+ UInt64(udpLength)
    let checksum = folded(sum)
    // Zero would say that there is none (RFC 768).
    unsafe store(checksum == 0 ? .max : checksum, into: udp, at: 6)
    return total
  }

  /// The kernel writes the header's checksum. "Don't fragment" is what it sets on the packets of
  /// ordinary sockets too.
  @_noLocks
  private static func writeIPv4(
    _ source: SourceAddress,
    _ destination: SourceAddress,
    totalBytes: Int,
    into header: UnsafeMutableRawPointer
  ) {
    unsafe store(0x4500, into: header, at: 0)
    unsafe store(UInt16(truncatingIfNeeded: totalBytes), into: header, at: 2)
    unsafe store(0, into: header, at: 4)
    unsafe store(0x4000, into: header, at: 6)
    unsafe store(UInt16(hopLimit) << 8 | UInt16(udpProtocol), into: header, at: 8)
    unsafe store(0, into: header, at: 10)
    unsafe header.storeBytes(of: source.ipv4.bigEndian, toByteOffset: 12, as: UInt32.self)
    unsafe header.storeBytes(of: destination.ipv4.bigEndian, toByteOffset: 16, as: UInt32.self)
  }

  @_noLocks
  private static func writeIPv6(
    _ source: SourceAddress,
    _ destination: SourceAddress,
    totalBytes: Int,
    into header: UnsafeMutableRawPointer
  ) {
    let payloadBytes = totalBytes - (bytesIPv6 - udpBytes)
    unsafe store(0x6000, into: header, at: 0)
    unsafe store(0, into: header, at: 2)
    unsafe store(UInt16(truncatingIfNeeded: payloadBytes), into: header, at: 4)
    unsafe store(UInt16(udpProtocol) << 8 | UInt16(hopLimit), into: header, at: 6)
    unsafe header.storeBytes(of: source.high.bigEndian, toByteOffset: 8, as: UInt64.self)
    unsafe header.storeBytes(of: source.low.bigEndian, toByteOffset: 16, as: UInt64.self)
    unsafe header.storeBytes(of: destination.high.bigEndian, toByteOffset: 24, as: UInt64.self)
    unsafe header.storeBytes(of: destination.low.bigEndian, toByteOffset: 32, as: UInt64.self)
  }

  @_noLocks
  private static func store(_ value: UInt16, into bytes: UnsafeMutableRawPointer, at offset: Int) {
    unsafe bytes.storeBytes(of: value.bigEndian, toByteOffset: offset, as: UInt16.self)
  }
}

extension PacketHeaders {
  /// The sum of `bytes` as 32-bit words, padded with zeros at the end; folding it gives the sum of
  /// 16-bit words that RFC 1071 asks for.
  @_noLocks
  static func partialSum(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
    var sum: UInt64 = 0
    var offset = 0
    while offset &+ 4 <= bytes.count {
      let word = unsafe bytes.loadUnaligned(fromByteOffset: offset, as: UInt32.self)
      sum &+= UInt64(UInt32(bigEndian: word))
      offset &+= 4
    }
    var shift: UInt32 = 24
    while offset < bytes.count {
      sum &+= unsafe UInt64(bytes[offset]) << UInt64(shift)
      offset &+= 1
      shift &-= 8
    }
    return sum
  }

  /// The address as the pseudo-header has it.
  @_noLocks
  private static func partialSum(_ address: SourceAddress) -> UInt64 {
    if address.isIPv4 { return UInt64(address.ipv4) }
    let low: UInt64 = 0xffff_ffff
    return (address.high >> 32) &+ (address.high & low) &+ (address.low >> 32)
      &+ (address.low & low)
  }

  /// The complement of the sum in ones' complement of 16 bits.
  @_noLocks
  static func folded(_ sum: UInt64) -> UInt16 {
    var rest = sum
    while rest > 0xffff { rest = (rest & 0xffff) &+ (rest >> 16) }
    return ~UInt16(truncatingIfNeeded: rest)
  }
}
