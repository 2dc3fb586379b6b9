internal import Filter
internal import Wire

extension Configuration {
  /// Reads all that `document` says; what is wrong goes to `faults` and keeps its default.
  init(document: Document, faults: FaultCollector) {
    var root = TableReader(
      name: "the file",
      line: 1,
      entries: document.root,
      faults: faults
    )
    router = RouterSettings(root.table("router"))
    let firewallTable = root.table("firewall")
    firewall = FirewallSettings(firewallTable)
    let tables = root.tables("gate")
    if tables.isEmpty, faults.faults.allSatisfy({ !$0.problem.hasPrefix("gate:") }) {
      faults.note(
        line: 1,
        "there is no [[gate]], so nothing is guarded",
        "add one with transport, address and port"
      )
    }
    gates = Self.gates(tables, firewall: firewall, faults: faults)
    if gates.contains(where: { $0.transport == .ssu2 && $0.mode == .transparent }) {
      firewall.checkVerdictMarks(firewallTable)
    }
    readLimits(root.table("limits"))
    readDatagrams(root.table("datagrams"))
    rules = RulesSettings(root.table("rules"))
    admin = AdminSettings(root.table("admin"))
    state = StateSettings(root.table("state"))
    readStanding(root.table("standing"))
    process = ProcessSettings(root.table("process"))
    radar = RadarConfiguration(root.table("radar"))
    refusedFlights = RefusedFlightSettings(root.table("refused-flights"))
    root.finish()
  }

  private mutating func readLimits(_ table: TableReader) {
    var reader = table
    for key in LimitKey.ofConnections { key.read(from: &reader, into: &limits) }
    reader.finish()
  }

  private mutating func readStanding(_ table: TableReader) {
    var reader = table
    for key in LimitKey.ofStanding { key.read(from: &reader, into: &self) }
    reader.finish()
  }

  private mutating func readDatagrams(_ table: TableReader) {
    var reader = table
    for key in LimitKey.ofDatagrams { key.read(from: &reader, into: &datagrams) }
    for key in LimitKey.ofFlows { key.read(from: &reader, into: &flows) }
    Self.read(reader.table("i2pd"), into: &datagrams.i2pd)
    Self.read(reader.table("java"), into: &datagrams.java)
    reader.finish()
  }

  private static func read(_ table: TableReader, into allowance: inout RouterAllowance) {
    var reader = table
    for key in LimitKey.ofAllowance(allowance) { key.read(from: &reader, into: &allowance) }
    reader.finish()
  }
}

extension RouterSettings {
  /// Reads `[router]`.
  init(_ table: TableReader) {
    var reader = table
    let kinds: KeyValuePairs<String, RouterKind?> = ["auto": nil, "i2pd": .i2pd, "java": .java]
    let proofs: KeyValuePairs<String, Proof> = ["full": .full, "public": .public]
    if let kind = reader.choice("kind", of: kinds) { self.kind = kind }
    if let directory = reader.path("directory") { self.directory = directory }
    if let proof = reader.choice("proof", of: proofs) { self.proof = proof }
    if kind == .java, !reader.has("directory") {
      reader.refuse(
        "kind",
        "Java I2P keeps its files where its own settings say, and directory is not set",
        "add directory, e.g. \"/var/lib/i2p/i2p-config\""
      )
    }
    reader.finish()
  }
}

extension RulesSettings {
  /// Reads `[rules]`.
  init(_ table: TableReader) {
    var reader = table
    if let directory = reader.path("directory") { self.directory = directory }
    if let shipped = reader.path("shipped") { self.shipped = shipped }
    reader.finish()
  }
}

extension StateSettings {
  /// Reads `[state]`.
  init(_ table: TableReader) {
    var reader = table
    if let directory = reader.path("directory") { self.directory = directory }
    reader.finish()
  }
}

extension RadarConfiguration {
  /// Bytes of a device's name: the kernel keeps 15.
  private static let deviceBytes = 15

  /// Reads `[radar]`.
  init(_ table: TableReader) {
    var reader = table
    let words: KeyValuePairs<String, Bool> = ["on": true, "off": false]
    if let listens = reader.choice("listen", of: words) { isEnabled = listens }
    if let device = reader.string("device") {
      if device.isEmpty || device.utf8.count > Self.deviceBytes {
        reader.refuse(
          "device",
          "\"\(device)\" is no name of a device",
          "write one that `ip link` lists, or \"any\""
        )
      } else {
        self.device = device
      }
    }
    reader.finish()
  }
}

extension ProcessSettings {
  /// Reads `[process]`.
  init(_ table: TableReader) {
    var reader = table
    if let shards = reader.integer("shards", in: 0...256) { self.shards = UInt32(shards) }
    reader.finish()
  }
}

extension AdminSettings {
  /// Reads `[admin]`.
  init(_ table: TableReader) {
    var reader = table
    let bound = ConfigurationLimits.socketPathBytes
    if let socket = reader.path("socket", maximumBytes: bound) { self.socket = socket }
    if let text = reader.string("http") {
      if text.isEmpty {
        http = nil
      } else if let endpoint = Endpoint(text), endpoint.port > 0 {
        http = endpoint
        if !endpoint.address.isLoopback {
          reader.refuse(
            "http",
            "\(endpoint) is not this host alone, and the page asks for no password",
            "write a loopback address, e.g. \"127.0.0.1:9477\", and reach it by ssh -L"
          )
        }
      } else {
        reader.refuse(
          "http",
          "\"\(text)\" is not an address and a port",
          "write \"127.0.0.1:9477\", or \"\" to switch it off"
        )
      }
    }
    reader.finish()
  }
}

extension SourceAddress {
  /// Whether this address stands for every interface (`0.0.0.0`, `::`).
  var isUnspecified: Bool { isIPv4 ? ipv4 == 0 : high == 0 && low == 0 }

  /// Whether this address belongs to a group of hosts, or to all of them.
  var isMulticast: Bool {
    isIPv4 ? ipv4 >> 28 == 0xe || ipv4 == .max : high >> 56 == 0xff
  }
}
