internal import Kernel

extension HostFacts {
  /// Looks at the host in `tree`.
  ///
  /// - Parameters:
  ///   - tree: The host.
  ///   - publishedMilliseconds: When the router published itself last; nil when not known.
  ///   - unit: The settings of the gate's systemd unit, whose own rate takes the place of
  ///     journald's.
  init(_ tree: HostTree, publishedMilliseconds: UInt64?, unit: SettingsText?) {
    let network = "/proc/sys/net"
    listenQueue = tree.number("\(network)/core/somaxconn")
    synCookies = tree.number("\(network)/ipv4/tcp_syncookies")
    synBacklog = tree.number("\(network)/ipv4/tcp_max_syn_backlog")
    receiveMemory = tree.number("\(network)/core/rmem_max")
    tracking = Self.tracking(tree)
    reversePaths = Self.reversePaths(tree)
    tcpMemory = Self.tcpMemory(tree)
    localPorts = tree.numbers("\(network)/ipv4/ip_local_port_range", count: 2)
      .map("ip_local_port_range is no range") { $0[0] <= $0[1] ? $0[0]...$0[1] : nil }
    reservedPorts = tree.text("\(network)/ipv4/ip_local_reserved_ports", maximumBytes: 65_536)
      .map("ip_local_reserved_ports is no list") { Self.ranges($0) }
    clock = Self.clockState()
    publicationAheadSeconds = publishedMilliseconds.map { published in
      Int(clamping: published / 1_000) &- Int(clamping: Clock.wallSeconds)
    }
    journal = JournaldSettings.rate(tree, unit: unit)
  }

  private static func tracking(_ tree: HostTree) -> Reading<Tracking> {
    let folder = "/proc/sys/net/netfilter"
    switch (
      tree.number("\(folder)/nf_conntrack_count"), tree.number("\(folder)/nf_conntrack_max")
    ) {
    case (.known(let count), .known(let maximum)):
      return .known(Tracking(count: count, maximum: maximum))
    case (.unreadable(let problem), _), (_, .unreadable(let problem)):
      return .unreadable(problem)
    default: return .absent
    }
  }

  /// The devices over which this host reaches others, and loopback.
  private static func reversePaths(_ tree: HostTree) -> Reading<[ReversePath]> {
    let folder = "/proc/sys/net/ipv4/conf"
    guard case .known(let general) = tree.number("\(folder)/all/rp_filter") else { return .absent }
    let devices = outwardDevices(tree.text("/proc/net/route").value ?? "")
    return .known(
      tree.names(in: folder).filter { devices.contains($0) || $0 == "lo" }.map { device in
        let own = tree.number("\(folder)/\(device)/rp_filter").value ?? 0
        return ReversePath(device: device, filter: max(general, own))
      }
    )
  }

  /// The devices of a table `Iface Destination Gateway Flags ...` that lead to a gateway or
  /// everywhere.
  static func outwardDevices(_ routes: String) -> Set<String> {
    let leadsToGateway: UInt32 = 2
    return Set(
      routes.split(whereSeparator: \.isNewline).dropFirst().compactMap { line in
        let fields = line.split(whereSeparator: \.isWhitespace)
        guard fields.count > 3, let flags = UInt32(fields[3], radix: 16),
          flags & leadsToGateway != 0 || fields[1] == "00000000"
        else { return nil }
        return String(fields[0])
      }
    )
  }

  private static func tcpMemory(_ tree: HostTree) -> Reading<TCPMemory> {
    let bounds = tree.numbers("/proc/sys/net/ipv4/tcp_mem", count: 3)
    guard case .known(let bounds) = bounds else { return bounds.map("") { _ in nil } }
    return tree.text("/proc/net/sockstat").map("/proc/net/sockstat has no TCP memory") { text in
      let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("TCP:") }
      let words = line?.split(separator: " ") ?? []
      guard let place = words.firstIndex(of: "mem"), words.indices.contains(place + 1),
        let used = Int(words[place + 1])
      else { return nil }
      return TCPMemory(used: used, pressure: bounds[1])
    }
  }

  /// `8080,9148-9150` as ranges.
  static func ranges(_ text: String) -> [ClosedRange<Int>]? {
    var ranges: [ClosedRange<Int>] = []
    for part in text.split(whereSeparator: { $0 == "," || $0.isWhitespace }) {
      let ends = part.split(separator: "-").map { Int($0) }
      guard let first = ends.first ?? nil, let last = ends.last ?? nil, ends.count <= 2,
        first <= last
      else { return nil }
      ranges.append(first...last)
    }
    return ranges
  }

  private static func clockState() -> Reading<Clock.WallClockState> {
    do throws(Errno) {
      return .known(try Clock.wallClockState())
    } catch {
      return .unreadable("the clock's state can't be read: \(error)")
    }
  }
}
