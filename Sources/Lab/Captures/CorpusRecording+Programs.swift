internal import Kernel
internal import Wire

/// The captures of programs that Debian ships.
extension CorpusRecording {
  private static let clientRuns = 3
  private static let firstClientSource: UInt32 = 1_000_000
  /// The router says nothing to any of them, and most wait for long.
  private static let clientPatienceNanoseconds = Nanoseconds.perSecond
  private static let packages = ["redis": "redis-tools", "ssh": "openssh-client"]

  func recordScanner(_ capture: CorpusCapture) throws {
    let program = try Toolbox.path(of: capture.rawValue, package: capture.rawValue)
    let gateway = try hardwareAddressOfGateway()
    let target = "\(router.address)"
    let own = "\(network.topology.world.address)"
    let arguments: [String] =
      switch capture {
      case .zmap:
        [
          "-p", "\(router.port)", "-i", "eth0", "-G", gateway, "-S", own, "-b", "/dev/null",
          "-c", "1", "-r", "100", "-q", "-o", "/dev/null", "\(target)/32",
        ]
      case .masscan:
        [
          "-p\(router.port)", target, "--adapter", "eth0", "--adapter-ip", own, "--router-mac",
          gateway, "--rate", "10", "--wait", "1",
        ]
      case .hping3:
        ["-S", "-n", "-q", "-c", "4", "-i", "u100000", "-p", "\(router.port)", target]
      default:
        ["-sS", "-n", "-Pn", "-p", "\(router.port - 4)-\(router.port + 3)", target]
      }
    try ToolCommand.run(
      [program] + arguments,
      namespacePath: network.world.path,
      scratchDirectory: network.directory
    )
  }

  /// A client of another protocol says what it says first, and is ended.
  func recordClient(_ capture: CorpusCapture) throws {
    let name = capture == .redis ? "redis-cli" : capture.rawValue
    let package = Self.packages[capture.rawValue] ?? capture.rawValue
    let program = try Toolbox.path(of: name, package: package)
    for run in 0..<Self.clientRuns {
      try useSource(Self.clientSource(capture, run))
      let process = try LabProcess(
        [program] + clientArguments(capture),
        namespacePath: network.world.path,
        outputPath: "\(network.directory)/\(name)-\(run).txt"
      )
      if process.wait(timeoutNanoseconds: Self.clientPatienceNanoseconds) == nil { process.kill() }
    }
  }

  /// Each run from an address of its own: i2pd takes nobody for a while from where junk came.
  private static func clientSource(_ capture: CorpusCapture, _ run: Int) -> SourceAddress {
    let place = CorpusCapture.allCases.firstIndex(of: capture) ?? 0
    return AddressPlan.worldSource(firstClientSource + UInt32(place * 65_536 + run * 257))
  }

  /// Whoever connects to the router from now on and names no address of its own has this one.
  private func useSource(_ source: SourceAddress) throws(LabError) {
    let hub = AddressPlan.hubIPv4(host: AddressPlan.worldNumber)
    try ToolCommand.run(
      [
        try Toolbox.found().ip, "route", "replace", "\(router.address)/32", "via", "\(hub)", "src",
        "\(source)",
      ],
      namespacePath: network.world.path,
      scratchDirectory: network.directory
    )
  }

  private func clientArguments(_ capture: CorpusCapture) -> [String] {
    let (address, port) = ("\(router.address)", "\(router.port)")
    return switch capture {
    case .curl: ["--silent", "--noproxy", "*", "http://\(address):\(port)/"]
    case .openssl: ["s_client", "-connect", "\(address):\(port)"]
    case .redis: ["-h", address, "-p", port, "ping"]
    default:
      [
        "-o", "BatchMode=yes", "-o", "StrictHostKeyChecking=no", "-o",
        "UserKnownHostsFile=/dev/null", "-p", port, "nobody@\(address)",
      ]
    }
  }

  private func hardwareAddressOfGateway() throws(LabError) -> String {
    let text = try ToolCommand.run(
      [try Toolbox.found().ip, "-o", "link", "show", "to-\(AddressPlan.worldNumber)"],
      namespacePath: network.topology.hub.path,
      scratchDirectory: network.directory
    )
    let words = text.split(separator: " ")
    guard let place = words.firstIndex(of: "link/ether"), place + 1 < words.count else {
      throw LabError("the gateway has no hardware address: \(text)")
    }
    return String(words[place + 1])
  }
}
