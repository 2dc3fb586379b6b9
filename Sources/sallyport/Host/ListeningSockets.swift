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
  /// The most of a table that is read.
  private static let socketTableBytes = 8_388_608
  /// The column of a socket's state, in this form: `0: 0100007F:1F90 00000000:0000 0A ...`.
  private static let stateColumn = 3
  private static let inodeColumn = 9
  private static let space = UInt8(ascii: " ")
  private static let listening = Array("0A".utf8)
  private static let unconnected = Array("07".utf8)

  /// The sockets that take what arrives over `transport`, both families.
  ///
  /// The kernel tells the listeners of TCP first, and they are all that is read: the connections
  /// behind them can be very many while the host is flooded.
  func listeningSockets(_ transport: Transport) -> Reading<[ListeningSocket]> {
    let name = transport == .ntcp2 ? "tcp" : "udp"
    var sockets: [ListeningSocket] = []
    for (name, isOptional) in [(name, false), ("\(name)6", true)] {
      switch socketTable("/proc/net/\(name)", transport) {
      case .known(let found): sockets += found
      case .absent where isOptional: continue
      case .absent: return .unreadable("/proc/net/\(name) is not there")
      case .unreadable(let problem): return .unreadable(problem)
      }
    }
    return .known(sockets)
  }

  private func socketTable(
    _ path: String,
    _ transport: Transport
  ) -> Reading<[ListeningSocket]> {
    let wanted = transport == .ntcp2 ? Self.listening : Self.unconnected
    var isHeading = true
    let lines = leadingLines(path, maximumBytes: Self.socketTableBytes) { line in
      defer { isHeading = false }
      return isHeading || transport == .ssu2 || Self.isListener(line, wanted)
    }
    return lines.map { lines in
      lines.dropFirst().compactMap { Self.isListener($0, wanted) ? Self.socket($0) : nil }
    }
  }

  private static func isListener(_ line: [UInt8], _ state: [UInt8]) -> Bool {
    var rest = line[...]
    for _ in 0..<stateColumn { rest = rest.drop { $0 == space }.drop { $0 != space } }
    return rest.drop { $0 == space }.prefix { $0 != space } == state[...]
  }

  private static func socket(_ line: [UInt8]) -> ListeningSocket? {
    let columns = line.split(separator: space)
      .map { String(decoding: $0, as: UTF8.self) }
    guard columns.count > inodeColumn, let endpoint = endpoint(columns[1]),
      let inode = UInt64(columns[inodeColumn])
    else { return nil }
    return ListeningSocket(endpoint: endpoint, inode: inode)
  }

  /// `0100007F:1F90`: words of the address as the machine has them, and the port.
  private static func endpoint(_ field: String) -> Endpoint? {
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
