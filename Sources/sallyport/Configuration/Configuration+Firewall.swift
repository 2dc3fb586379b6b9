internal import Kernel
internal import Wire

extension FirewallSettings {
  /// Numbers of routing tables that the kernel uses itself: default, main and local.
  private static let kernelTables: ClosedRange<UInt32> = 253...255

  /// Reads `[firewall]`.
  init(_ table: TableReader) {
    var reader = table
    let word = Int(UInt32.max)
    if let mark = reader.integer("mark", in: 1...word) { self.mark = UInt32(mark) }
    if let mask = reader.integer("mark-mask", in: 1...word) { markMask = UInt32(mask) }
    if let number = reader.integer("table", in: 1...word) { self.table = UInt32(number) }
    if let number = reader.integer("priority", in: 1...32_765) { priority = UInt32(number) }
    if let port = reader.integer("tcp-port", in: 1...65_535) { tcpPort = UInt16(port) }
    if let port = reader.integer("udp-port", in: 1...65_535) { udpPort = UInt16(port) }
    if let port = reader.integer("udp-witness-port", in: 1...65_535) {
      udpWitnessPort = UInt16(port)
    }
    if udpPort == udpWitnessPort {
      reader.refuse(
        reader.has("udp-witness-port") ? "udp-witness-port" : "udp-port",
        "peers' datagrams and the router's answers both arrive at \(udpPort)",
        "choose two different ports"
      )
    }
    if mark & ~markMask != 0 {
      reader.refuse(
        reader.has("mark-mask") ? "mark-mask" : "mark",
        "mark 0x\(String(mark, radix: 16)) has bits outside the mask "
          + "0x\(String(markMask, radix: 16))",
        "widen the mask or choose another mark"
      )
    }
    if Self.kernelTables.contains(self.table) {
      reader.refuse("table", "the kernel itself uses table \(self.table)", "choose another number")
    }
    reader.finish()
  }

  /// The gate's own ports on which something of `transport` arrives: key, port, and what it is.
  func ports(
    of transport: Transport
  ) -> [(key: String, port: UInt16, arrivals: String)] {
    switch transport {
    case .ntcp2: [("tcp-port", tcpPort, "diverted connections")]
    case .ssu2:
      [
        ("udp-port", udpPort, "diverted datagrams"),
        ("udp-witness-port", udpWitnessPort, "the router's answers"),
      ]
    }
  }

  /// The mark as a plan of kernel rules has it.
  var planMark: FirewallPlan.Mark { FirewallPlan.Mark(value: mark, mask: markMask) }

  /// Notes when the mask of `table`, `[firewall]`, has no room for the marks that tell the kernel
  /// what was decided about a datagram.
  func checkVerdictMarks(_ table: TableReader) {
    guard mark & ~markMask == 0, DatagramMarks(after: planMark) == nil else { return }
    table.refuse(
      table.has("mark-mask") ? "mark-mask" : "mark",
      "mask 0x\(String(markMask, radix: 16)) has no room for the three marks above "
        + "0x\(String(mark, radix: 16)) that a gate of ssu2 needs",
      "widen the mask, or choose a lower mark within it"
    )
  }
}
