internal import Filter
internal import Wire

extension Configuration {
  /// Reads every `[[gate]]`.
  static func gates(
    _ tables: [TableReader],
    firewall: FirewallSettings,
    faults: FaultCollector
  ) -> [GateSettings] {
    if tables.count > ConfigurationLimits.gates {
      faults.note(
        line: tables[ConfigurationLimits.gates].line,
        "there are more than \(ConfigurationLimits.gates) gates",
        "remove some"
      )
    }
    var gates: [(settings: GateSettings, line: Int)] = []
    for table in tables.prefix(ConfigurationLimits.gates) {
      guard let gate = GateSettings.read(table, firewall: firewall) else { continue }
      if let other = gates.first(where: { $0.settings.overlaps(gate) }) {
        faults.note(
          line: table.line,
          "the gate at line \(other.line) has \(gate.transport.word) on \(gate.endpoint) too",
          "remove one of the two"
        )
      }
      gates.append((gate, table.line))
    }
    return gates.map(\.settings)
  }
}

extension GateSettings {
  private enum ModeWord: String, CaseIterable {
    case transparent
    case proxy
  }

  /// Reads one `[[gate]]`; nil when it has no usable transport, address or port.
  static func read(_ table: TableReader, firewall: FirewallSettings) -> GateSettings? {
    var reader = table
    let transport = readTransport(&reader)
    let modes: KeyValuePairs<String, ModeWord> = ["transparent": .transparent, "proxy": .proxy]
    let whenDowns: KeyValuePairs<String, WhenDown> = ["open": .open, "closed": .closed]
    let word = reader.choice("mode", of: modes) ?? .transparent
    let endpoint = readEndpoint(&reader, mode: word)
    let upstream = readUpstream(&reader, mode: word)
    let whenDown = reader.choice("when-down", of: whenDowns)
    if word == .proxy, reader.has("when-down") {
      reader.refuse(
        "when-down",
        "nothing listens while a proxy is away, so there is no choice",
        "remove it, or use mode = \"transparent\""
      )
    }
    reader.finish()
    guard let transport, let endpoint else { return nil }
    var gate = GateSettings(transport: transport, endpoint: endpoint)
    gate.whenDown = whenDown ?? .open
    if let upstream { gate.mode = .proxy(upstream: upstream) }
    gate.checkPorts(reader, firewall: firewall)
    return gate
  }

  /// Whether both gates would take the same packets.
  func overlaps(_ other: GateSettings) -> Bool {
    transport == other.transport && endpoint.port == other.endpoint.port
      && (endpoint.address == other.endpoint.address || endpoint.address.isUnspecified
        || other.endpoint.address.isUnspecified)
  }

  private func checkPorts(_ reader: TableReader, firewall: FirewallSettings) {
    if case .proxy(let upstream) = mode, upstream == endpoint {
      reader.refuse("upstream", "\(upstream) is the gate itself", "name the router's own port")
    }
    for (key, port, arrivals) in firewall.ports(of: transport) where endpoint.port == port {
      reader.refuse(
        "port",
        "\(port) is [firewall] \(key), where \(arrivals) arrive",
        "change one of the two"
      )
    }
  }

  private static func readTransport(_ reader: inout TableReader) -> Transport? {
    let transports: KeyValuePairs<String, Transport> = [
      Transport.ntcp2.word: .ntcp2, Transport.ssu2.word: .ssu2,
    ]
    let transport = reader.choice("transport", of: transports)
    if !reader.has("transport") {
      reader.refuse("transport", "is missing", "add transport = \"ntcp2\" or \"ssu2\"")
    }
    return transport
  }

  private static func readEndpoint(_ reader: inout TableReader, mode: ModeWord) -> Endpoint? {
    let text = reader.string("address")
    let port = reader.integer("port", in: 1...65_535)
    if !reader.has("address") {
      reader.refuse("address", "is missing", "add the address that the router publishes")
    }
    if !reader.has("port") {
      reader.refuse("port", "is missing", "add the port that the router publishes")
    }
    guard let text else { return nil }
    guard let address = SourceAddress(text) else {
      reader.refuse(
        "address",
        "\"\(text)\" is not an IPv4 or IPv6 address",
        "write it in numbers, without a port and without brackets"
      )
      return nil
    }
    guard !address.isMulticast, mode == .proxy || !address.isUnspecified else {
      reader.refuse(
        "address",
        "\(address) is not an address of one host",
        "write the address that the router publishes"
      )
      return nil
    }
    return port.map { Endpoint(address: address, port: UInt16($0)) }
  }

  private static func readUpstream(_ reader: inout TableReader, mode: ModeWord) -> Endpoint? {
    let text = reader.string("upstream")
    switch mode {
    case .transparent:
      if reader.has("upstream") {
        reader.refuse(
          "upstream",
          "a transparent gate dials the address that the peer dialled",
          "remove it, or use mode = \"proxy\""
        )
      }
      return nil
    case .proxy:
      if !reader.has("upstream") {
        reader.refuse(
          "mode",
          "a proxy needs upstream, the router's own address and port",
          "add upstream, e.g. \"127.0.0.1:17654\""
        )
      }
      guard let text else { return nil }
      guard let endpoint = Endpoint(text), endpoint.port > 0, !endpoint.address.isUnspecified,
        !endpoint.address.isMulticast
      else {
        reader.refuse(
          "upstream",
          "\"\(text)\" is not an address and a port of one host",
          "write \"127.0.0.1:17654\" or \"[::1]:17654\""
        )
        return nil
      }
      return endpoint
    }
  }
}
