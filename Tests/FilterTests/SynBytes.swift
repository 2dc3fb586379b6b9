import Wire

/// A SYN made by hand, field by field: the independent side of the fingerprint's tests.
struct SynBytes {
  var isIPv6 = false
  var timeToLive: UInt8 = 64
  var service: UInt8 = 0
  var identification: UInt16 = 0x1234
  var fragment: UInt16 = 0x4000
  var ipOptions: [UInt8] = []
  var flowLabel: UInt32 = 0
  var destination: UInt32 = 0xcb00_7107
  var sourcePort: UInt16 = 40_000
  var destinationPort: UInt16 = 17_654
  var sequence: UInt32 = 0x1122_3344
  var acknowledgement: UInt32 = 0
  var flags: UInt16 = 0x002
  var window: UInt16 = 64_240
  var urgentPointer: UInt16 = 0
  var options: [UInt8] = SynBytes.linuxOptions
  var payload: [UInt8] = []

  /// mss 1460, sok, ts, nop, ws 7.
  static let linuxOptions: [UInt8] =
    [2, 4, 5, 180, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 1, 3, 3, 7]
  /// mss 1460, nop, ws 8, nop, nop, sok.
  static let windowsOptions: [UInt8] = [2, 4, 5, 180, 1, 3, 3, 8, 1, 1, 4, 2]
  /// mss 1460, nop, ws 6, nop, nop, ts, sok, eol+1.
  static let macOptions: [UInt8] =
    [2, 4, 5, 180, 1, 3, 3, 6, 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0, 4, 2, 0, 0]
  /// mss 1460, nop, ws 6, sok, ts.
  static let freeBSDOptions: [UInt8] =
    [2, 4, 5, 180, 1, 3, 3, 6, 4, 2, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0]
  /// mss 1460, nop, nop, sok, nop, ws 6, nop, nop, ts.
  static let openBSDOptions: [UInt8] =
    [2, 4, 5, 180, 1, 1, 4, 2, 1, 3, 3, 6, 1, 1, 8, 10, 0, 0, 0, 9, 0, 0, 0, 0]

  /// The packet.
  var bytes: [UInt8] {
    let tcp = tcpBytes
    return (isIPv6 ? ipv6Header(tcp.count) : ipv4Header(tcp.count)) + tcp
  }

  private var tcpBytes: [UInt8] {
    let padded = options + [UInt8](repeating: 0, count: (4 - options.count % 4) % 4)
    let words = UInt16(5 + padded.count / 4)
    return Self.two(sourcePort) + Self.two(destinationPort) + Self.four(sequence)
      + Self.four(acknowledgement) + Self.two(words << 12 | flags) + Self.two(window)
      + [0, 0] + Self.two(urgentPointer) + padded + payload
  }

  private func ipv4Header(_ payloadCount: Int) -> [UInt8] {
    let words = UInt8(5 + ipOptions.count / 4)
    let total = UInt16(Int(words) * 4 + payloadCount)
    return [0x40 | words, service] + Self.two(total) + Self.two(identification)
      + Self.two(fragment) + [timeToLive, 6, 0, 0] + Self.four(0xc633_6401)
      + Self.four(destination) + ipOptions
  }

  private func ipv6Header(_ payloadCount: Int) -> [UInt8] {
    let first = 6 << 28 | UInt32(service) << 20 | flowLabel
    return Self.four(first) + Self.two(UInt16(payloadCount)) + [6, timeToLive]
      + [UInt8](repeating: 0x20, count: 16) + [UInt8](repeating: 0x21, count: 16)
  }

  private static func two(_ value: UInt16) -> [UInt8] {
    [UInt8(value >> 8), UInt8(value & 255)]
  }

  private static func four(_ value: UInt32) -> [UInt8] {
    two(UInt16(value >> 16)) + two(UInt16(value & 0xffff))
  }
}
