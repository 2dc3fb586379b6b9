internal import Wire

/// A socket that takes what arrives at its own end: a TCP listener, or a UDP socket.
struct ListeningSocket: Equatable, Sendable {
  /// What it is bound to.
  var endpoint: Endpoint
  /// The kernel's number of it.
  var inode: UInt64

  /// Whether it takes what is sent to `wanted`. An IPv6 socket on all addresses takes IPv4 as well,
  /// unless it was told not to, which does not show.
  func takes(_ wanted: Endpoint) -> Bool {
    guard endpoint.port == wanted.port else { return false }
    if endpoint.address == wanted.address { return true }
    guard endpoint.address.isUnspecified else { return false }
    return !endpoint.address.isIPv4 || wanted.address.isIPv4
  }
}

extension HostTree {
  /// A table of sockets can be long while the host is flooded.
  private static let socketTableBytes = 67_108_864
  private static let listening = "0A"
  private static let unconnected = "07"

  /// The sockets that take what arrives over `transport`, both families.
  func listeningSockets(_ transport: Transport) -> Reading<[ListeningSocket]> {
    let name = transport == .ntcp2 ? "tcp" : "udp"
    let state = transport == .ntcp2 ? Self.listening : Self.unconnected
    var sockets: [ListeningSocket] = []
    for (name, isOptional) in [(name, false), ("\(name)6", true)] {
      switch text("/proc/net/\(name)", maximumBytes: Self.socketTableBytes) {
      case .known(let text): sockets += Self.sockets(in: text, state: state)
      case .absent where isOptional: continue
      case .absent: return .unreadable("/proc/net/\(name) is not there")
      case .unreadable(let problem): return .unreadable(problem)
      }
    }
    return .known(sockets)
  }

  /// The sockets of a table that are in `state`:
  /// `0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000 0 0 12345 ...`.
  static func sockets(in table: String, state: String) -> [ListeningSocket] {
    table.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
      let fields = line.split(whereSeparator: \.isWhitespace)
      guard fields.count > 9, fields[3] == state, let endpoint = endpoint(fields[1]),
        let inode = UInt64(fields[9])
      else { return nil }
      return ListeningSocket(endpoint: endpoint, inode: inode)
    }
  }

  /// `0100007F:1F90`: words of the address as the machine has them, and the port.
  private static func endpoint(_ field: Substring) -> Endpoint? {
    let parts = field.split(separator: ":")
    guard parts.count == 2, let port = UInt16(parts[1], radix: 16) else { return nil }
    let digits = Array(parts[0].utf8)
    guard digits.count == 8 || digits.count == 32 else { return nil }
    var words: [UInt64] = []
    for start in stride(from: 0, to: digits.count, by: 8) {
      let text = String(decoding: digits[start..<start + 8], as: UTF8.self)
      guard let word = UInt32(text, radix: 16) else { return nil }
      words.append(UInt64(UInt32(bigEndian: word)))
    }
    let address =
      words.count == 1
      ? SourceAddress(ipv4: UInt32(truncatingIfNeeded: words[0]))
      : SourceAddress(high: words[0] << 32 | words[1], low: words[2] << 32 | words[3])
    return Endpoint(address: address, port: port)
  }
}
