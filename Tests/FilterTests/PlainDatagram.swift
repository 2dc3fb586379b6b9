import CSodium

/// SSU2 packets outside of sessions as a peer makes them, written straight from the SSU2
/// specification with bare primitives on arrays: nothing of it comes from the code under test.
struct PlainDatagram {
  /// The introduction key of the published known answers.
  static let introductionKey = [UInt8](repeating: 0x55, count: 32)

  var type: UInt8 = 10
  var destination = [UInt8](repeating: 0x66, count: 8)
  var source = [UInt8](repeating: 0x77, count: 8)
  var packetNumber: [UInt8] = [1, 2, 3, 4]
  var version: UInt8 = 2
  var networkIdentifier: UInt8 = 2
  var flags: UInt8 = 0
  var token = [UInt8](repeating: 0, count: 8)
  var payload = Block.dateTime(0x6b00_0000) + Block.padding(9)
  var key = PlainDatagram.introductionKey

  /// The header in the clear.
  var header: [UInt8] {
    destination + packetNumber + [type, version, networkIdentifier, flags] + source + token
  }

  /// The bytes for the wire.
  var bytes: [UInt8] {
    let nonce = [0, 0, 0, 0] + packetNumber.reversed() + [0, 0, 0, 0]
    let sealed = Self.seal(payload, nonce: nonce, associated: header, key: key)
    return Self.mask(header + sealed, 32, key)
  }

  /// A PeerTest (message `number`, or without its block) whose identifiers come from `nonce`.
  static func peerTest(_ number: UInt8?, nonce: [UInt8] = [9, 8, 7, 6]) -> PlainDatagram {
    var datagram = PlainDatagram(type: 7)
    datagram.setNonce(nonce)
    datagram.payload = Block.dateTime(0x6b00_0000)
    if let number { datagram.payload += Block.peerTest(number) }
    return datagram
  }

  /// A HolePunch, with or without its relay response.
  static func holePunch(hasResponse: Bool = true) -> PlainDatagram {
    var datagram = PlainDatagram(type: 11)
    datagram.setNonce([1, 2, 3, 4])
    datagram.payload = Block.dateTime(0x6b00_0000) + Block.address([203, 0, 113, 7], 4_567)
    if hasResponse { datagram.payload += Block.relayResponse }
    return datagram
  }

  mutating func setNonce(_ nonce: [UInt8]) {
    destination = nonce + nonce
    source = destination.map { ~$0 }
  }

  /// A datagram of a session for the router: nobody but its session can read the second word.
  static func sessionData(destination: [UInt8], body: [UInt8]) -> [UInt8] {
    var bytes = destination + body
    let stream = keystream(8, nonce: Array(bytes.suffix(24).prefix(12)), key: introductionKey)
    for index in 0..<8 { bytes[index] ^= stream[index] }
    return bytes
  }

  /// Masks a packet whose header and body are in place, up to byte `end`.
  static func mask(_ packet: [UInt8], _ end: Int, _ key: [UInt8]) -> [UInt8] {
    var bytes = packet
    let first = keystream(8, nonce: Array(packet.suffix(24).prefix(12)), key: key)
    let second = keystream(8, nonce: Array(packet.suffix(12)), key: key)
    let tail = keystream(end - 16, nonce: [UInt8](repeating: 0, count: 12), key: key)
    for (index, byte) in (first + second + tail).enumerated() { bytes[index] ^= byte }
    return bytes
  }

  /// Header, payload and key of a masked packet of type 7, 9, 10 or 11, opened; nil when its tag
  /// does not fit.
  static func open(
    _ packet: [UInt8],
    key: [UInt8] = introductionKey
  ) -> (header: [UInt8], payload: [UInt8])? {
    let unmasked = mask(packet, 32, key)
    // The masks follow from the sealed end, which is not masked itself: the same again undoes it.
    let header = Array(unmasked.prefix(32))
    var payload = [UInt8](repeating: 0, count: packet.count - 48)
    let nonce = [0, 0, 0, 0] + header[8..<12].reversed() + [0, 0, 0, 0]
    let sealed = Array(packet.dropFirst(32))
    let opened = unsafe crypto_aead_chacha20poly1305_ietf_decrypt(
      &payload,
      nil,
      nil,
      sealed,
      UInt64(sealed.count),
      header,
      32,
      nonce,
      key
    )
    return opened == 0 ? (header, payload) : nil
  }

  private static func seal(
    _ payload: [UInt8],
    nonce: [UInt8],
    associated: [UInt8],
    key: [UInt8]
  ) -> [UInt8] {
    var sealed = [UInt8](repeating: 0, count: payload.count + 16)
    unsafe crypto_aead_chacha20poly1305_ietf_encrypt(
      &sealed,
      nil,
      payload,
      UInt64(payload.count),
      associated,
      UInt64(associated.count),
      nil,
      nonce,
      key
    )
    return sealed
  }

  private static func keystream(_ count: Int, nonce: [UInt8], key: [UInt8]) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    var stream = zeros
    unsafe crypto_stream_chacha20_ietf_xor_ic(&stream, zeros, UInt64(count), nonce, 1, key)
    return stream
  }
}

/// Blocks of a payload.
enum Block {
  static func block(_ type: UInt8, _ content: [UInt8]) -> [UInt8] {
    [type, UInt8(content.count >> 8), UInt8(content.count & 0xff)] + content
  }

  static func dateTime(_ seconds: UInt32) -> [UInt8] {
    block(0, (0..<4).reversed().map { UInt8(truncatingIfNeeded: seconds >> ($0 * 8)) })
  }

  static func address(_ ip: [UInt8], _ port: UInt16) -> [UInt8] {
    block(13, [UInt8(port >> 8), UInt8(port & 0xff)] + ip)
  }

  static func termination(_ reason: UInt8) -> [UInt8] {
    block(6, [UInt8](repeating: 0, count: 8) + [reason])
  }

  static func peerTest(_ message: UInt8) -> [UInt8] {
    block(10, [message, 0, 0] + [UInt8](repeating: 3, count: 80))
  }

  static let relayResponse = block(8, [UInt8](repeating: 4, count: 76))

  static func padding(_ count: Int) -> [UInt8] {
    block(254, [UInt8](repeating: 0, count: count))
  }
}
