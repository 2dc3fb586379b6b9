internal import CSodium

/// The mask that every header of SSU2 wears (SSU2 specification, header encryption). It is an
/// exclusive or with what ChaCha20 draws from the datagram's own end, so putting it on and taking
/// it off are the same; whoever takes it off looks at the type first and then at the rest.
enum SSU2Mask {
  /// Bytes of the shortest datagram of SSU2.
  static let datagramMinimum = 40
  private static let nonceLength = 12

  /// The mask of the first 16 bytes, which every datagram wears.
  ///
  /// - Parameters:
  ///   - datagram: at least 40 bytes.
  ///   - first: key of bytes 0 to 7, the destination's identifier.
  ///   - second: key of bytes 8 to 15.
  static func applyToStart(_ datagram: inout [UInt8], first: [UInt8], second: [UInt8]) {
    precondition(datagram.count >= datagramMinimum, "a datagram of SSU2 has 40 bytes")
    let end = datagram.count
    let numberMask = stream(8, key: first, nonce: [UInt8](datagram[(end - 24)..<(end - 12)]))
    let typeMask = stream(8, key: second, nonce: [UInt8](datagram[(end - 12)..<end]))
    for index in 0..<8 {
      datagram[index] ^= numberMask[index]
      datagram[8 + index] ^= typeMask[index]
    }
  }

  /// The mask of the long header's second half, and of the ephemeral key behind it where there is
  /// one.
  ///
  /// - Parameters:
  ///   - datagram: at least `end` bytes.
  ///   - key: the second key of the start.
  ///   - end: the first byte without a mask: 32, or 64 with an ephemeral key.
  static func applyToTail(_ datagram: inout [UInt8], key: [UInt8], end: Int) {
    precondition(datagram.count >= end && end > 16, "the tail lies inside the datagram")
    let mask = stream(end - 16, key: key, nonce: [UInt8](repeating: 0, count: nonceLength))
    for index in 0..<mask.count { datagram[16 + index] ^= mask[index] }
  }

  /// The first bytes that ChaCha20 draws, its block counter at one as every router has it.
  private static func stream(_ count: Int, key: [UInt8], nonce: [UInt8]) -> [UInt8] {
    precondition(key.count == 32 && nonce.count == nonceLength, "32 and 12 bytes")
    let zeroes = [UInt8](repeating: 0, count: count)
    var output = zeroes
    unsafe crypto_stream_chacha20_ietf_xor_ic(&output, zeroes, UInt64(count), nonce, 1, key)
    return output
  }
}
