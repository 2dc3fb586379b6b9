internal import Kernel
internal import Wire

/// What counts of the configuration, and of the addresses that it names.
struct ConfigurationFacts {
  /// The file.
  var path: String
  /// What is wrong with it and with the rules.
  var faults: [Fault]
  /// Whether the file is there at all.
  var isThere: Bool
  /// The gates; none when the file is no configuration.
  var gates: [GateSettings]
  /// Where the router says that peers find it; nil when its files can't be read.
  var published: [Transport: [Endpoint]]?
  /// The addresses of this host.
  var localAddresses: Reading<[LocalAddresses.Entry]>

  /// Every finding.
  func findings() -> [Finding] {
    var findings = judgeFile()
    guard !gates.isEmpty else { return findings }
    findings += judgePublished()
    return findings + judgeAddresses()
  }

  private func judgeFile() -> [Finding] {
    guard isThere else {
      return [
        .bad(
          .configuration,
          "\(path) is not there",
          why: "nothing says what is to be guarded, and nothing is",
          remedy: "run `sallyport setup`, which writes it"
        )
      ]
    }
    guard faults.isEmpty else {
      return faults.map { fault in
        .bad(
          .configuration,
          "\(fault.file):\(fault.line): \(fault.problem)",
          why: "the gate can't start or reload with it",
          remedy: fault.remedy
        )
      }
    }
    let ports = gates.map { "\($0.transport.word) \($0.endpoint)" }.joined(separator: ", ")
    return [.ok(.configuration, "\(path): \(ports)")]
  }

  private func judgePublished() -> [Finding] {
    guard let published else { return [] }
    var open: [Finding] = []
    for transport in Transport.allCases {
      for endpoint in published[transport] ?? [] where !isGuarded(transport, endpoint) {
        open.append(
          .warn(
            .publishedPorts,
            "the router publishes \(transport.word) at \(endpoint), where no gate stands",
            why: "strangers reach the router there as if there were no gate",
            remedy:
              "add a [[gate]] with transport \"\(transport.word)\" and this address and port, "
              + "or run `sallyport setup`"
          )
        )
      }
    }
    return open.isEmpty
      ? [.ok(.publishedPorts, "every address that the router publishes has a gate")] : open
  }

  /// A router behind translated addresses publishes another address than its host has: so family
  /// and port are compared.
  private func isGuarded(_ transport: Transport, _ endpoint: Endpoint) -> Bool {
    gates.contains { gate in
      guard gate.transport == transport else { return false }
      return gate.mode != .transparent
        || gate.endpoint.port == endpoint.port
          && gate.endpoint.address.isIPv4 == endpoint.address.isIPv4
    }
  }

  private func judgeAddresses() -> [Finding] {
    let wanted = gates.filter { $0.mode == .transparent }.map(\.endpoint.address)
    guard !wanted.isEmpty else { return [] }
    guard case .known(let local) = localAddresses else {
      return [
        .unknown(
          .addresses,
          "this host's addresses can't be listed",
          remedy: "compare [[gate]] with `ip address`"
        )
      ]
    }
    let foreign = Set(wanted).filter { address in !local.contains { $0.address == address } }
    guard !foreign.isEmpty else { return [.ok(.addresses, "the gates' addresses are this host's")] }
    return foreign.sorted { "\($0)" < "\($1)" }.map { address in
      let own = local.map(\.address)
        .filter { $0.isIPv4 == address.isIPv4 && !$0.isLoopback && !$0.isLinkLocal }
      let names = own.map { "\($0)" }.joined(separator: ", ")
      return .bad(
        .addresses,
        "no interface of this host has \(address)",
        why: "what arrives here is for another address, so the gate's rules never fit",
        remedy: own.isEmpty
          ? "remove the gate, or give the host an address of this family"
          : "set address in [[gate]] to what the interface has: \(names)"
      )
    }
  }
}

extension SourceAddress {
  /// Whether this address counts on one wire only (`fe80::/10`).
  var isLinkLocal: Bool { !isIPv4 && high >> 54 == 0x3fa }
}
