import CSodium
import Wire

@testable import Filter

/// What a made-up packet says, for those who could read it.
enum PacketNote {
  /// Asks for a token.
  case tokenRequest(destination: UInt64, source: UInt64)
  /// Begins a session; `ephemeral` stands for the key.
  case sessionRequest(destination: UInt64, source: UInt64, token: UInt64, ephemeral: UInt64)
  /// The answer that only the owner of that ephemeral key understands.
  case sessionCreated(ephemeral: UInt64)
  /// Data of the session with this destination identifier.
  case data(destination: UInt64)
  /// Bytes speak for themselves, or for nobody.
  case plain
}

/// A datagram on its way.
struct Packet {
  let bytes: [UInt8]
  let note: PacketNote
  /// The peer's side: where it comes from, or goes to.
  let peer: Endpoint
  /// Nobody honest sent it.
  var isFlood = false
}

/// Datagrams that need not be perfect inside, made quickly.
enum DatagramForge {
  static let wallSeconds = DatagramJudge.wallSeconds

  static func bytes(_ word: UInt64) -> [UInt8] {
    (0..<8).reversed().map { UInt8(truncatingIfNeeded: word >> ($0 * 8)) }
  }

  static func word(_ bytes: ArraySlice<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
  }

  static func tokenRequest(
    destination: UInt64,
    source: UInt64,
    _ random: inout SeededGenerator
  ) -> [UInt8] {
    sealed(type: 10, destination, source, token: 0, &random)
  }

  static func sealed(
    type: UInt8,
    _ destination: UInt64,
    _ source: UInt64,
    token: UInt64,
    _ random: inout SeededGenerator,
    extra: [UInt8] = []
  ) -> [UInt8] {
    var datagram = PlainDatagram(type: type)
    datagram.destination = bytes(destination)
    datagram.source = bytes(source)
    datagram.token = bytes(token)
    datagram.packetNumber = (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) }
    let padding = Int.random(in: 0...31, using: &random)
    datagram.payload =
      Block.dateTime(UInt32(wallSeconds)) + extra + Block.padding(padding)
    return datagram.bytes
  }

  static func retry(
    destination: UInt64,
    source: UInt64,
    token: UInt64,
    reason: UInt8,
    _ random: inout SeededGenerator
  ) -> [UInt8] {
    let address = Block.address([11, 0, 0, 1], 4_567)
    let extra = token == 0 ? address + Block.termination(reason) : address
    return sealed(type: 9, destination, source, token: token, &random, extra: extra)
  }

  /// A SessionRequest whose key and seal are noise: only its owner could tell.
  static func sessionRequest(
    destination: UInt64,
    source: UInt64,
    token: UInt64,
    _ random: inout SeededGenerator
  ) -> [UInt8] {
    var packet = bytes(destination)
    packet += (0..<4).map { _ in UInt8.random(in: 0...255, using: &random) } + [0, 2, 2, 0]
    packet += bytes(source) + bytes(token)
    packet += (0..<31).map { _ in UInt8.random(in: 0...255, using: &random) } + [0x11]
    let rest = 34 + Int.random(in: 0...31, using: &random)
    packet += (0..<rest).map { _ in UInt8.random(in: 0...255, using: &random) }
    let key = PlainDatagram.introductionKey
    let first = keystream(8, nonce: Array(packet.suffix(24).prefix(12)), key)
    let second = keystream(8, nonce: Array(packet.suffix(12)), key)
    let tail = keystream(48, nonce: [UInt8](repeating: 0, count: 12), key)
    for (index, byte) in (first + second + tail).enumerated() { packet[index] ^= byte }
    return packet
  }

  /// Data of a session: only the destination identifier is to be read.
  static func data(destination: UInt64, _ random: inout SeededGenerator) -> [UInt8] {
    let body = (0..<60).map { _ in UInt8.random(in: 0...255, using: &random) }
    return PlainDatagram.sessionData(destination: bytes(destination), body: body)
  }

  static func noise(_ count: Int, _ random: inout SeededGenerator) -> [UInt8] {
    (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) }
  }

  private static func keystream(_ count: Int, nonce: [UInt8], _ key: [UInt8]) -> [UInt8] {
    let zeros = [UInt8](repeating: 0, count: count)
    var stream = zeros
    crypto_stream_chacha20_ietf_xor_ic(&stream, zeros, UInt64(count), nonce, 1, key)
    return stream
  }
}
