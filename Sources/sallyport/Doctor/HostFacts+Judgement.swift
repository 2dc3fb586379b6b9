internal import Kernel
internal import Telemetry

/// What is to be said of this host's settings.
extension HostFacts {
  /// Connections that should have room while the gate does something else: 50,000 a second for
  /// 20 ms, twice.
  static let listenQueueEnough = 2_048
  /// Half-open connections that should have room where SYN cookies do not help.
  static let synBacklogEnough = 4_096
  /// The most that I2P's routers let clocks differ.
  static let clockToleranceSeconds = 60

  /// Every finding of a host with gates of these transports.
  func findings(guardsTCP: Bool, guardsUDP: Bool) -> [Finding] {
    var findings: [Finding] = []
    if guardsTCP { findings += [judgeListenQueue(), judgeSynCookies(), judgeSynBacklog()] }
    findings += [judgeTracking(), judgeReversePaths()]
    if guardsUDP { findings.append(judgeReceiveMemory()) }
    // It is the whole host's, and shows in no other network namespace.
    if guardsTCP, tcpMemory != .absent { findings.append(judgeTCPMemory()) }
    return findings + [judgeClock(), judgeJournal()]
  }

  private func judgeListenQueue() -> Finding {
    Self.judge(.listenQueue, "net.core.somaxconn", listenQueue) { length in
      if length >= Self.listenQueueEnough {
        return .ok(.listenQueue, "\(length) connections may wait for the gate")
      }
      return .warn(
        .listenQueue,
        "only \(length) connections may wait for the gate (net.core.somaxconn)",
        why: "a burst of connections fills the queue, and honest peers are dropped with it",
        remedy: "sysctl -w net.core.somaxconn=4096, and the same in a file in /etc/sysctl.d; then "
          + "restart sallyport"
      )
    }
  }

  private func judgeSynCookies() -> Finding {
    Self.judge(.synCookies, "net.ipv4.tcp_syncookies", synCookies) { number in
      if number > 0 { return .ok(.synCookies, "SYN cookies are on") }
      return .bad(
        .synCookies,
        "SYN cookies are off (net.ipv4.tcp_syncookies)",
        why: "a flood of SYNs with forged addresses keeps every peer out before the gate sees it",
        remedy: "sysctl -w net.ipv4.tcp_syncookies=1, and the same in a file in /etc/sysctl.d"
      )
    }
  }

  private func judgeSynBacklog() -> Finding {
    Self.judge(.synBacklog, "net.ipv4.tcp_max_syn_backlog", synBacklog) { length in
      if (synCookies.value ?? 0) > 0 {
        return .ok(.synBacklog, "\(length) half-open connections, and SYN cookies for the rest")
      }
      if length >= Self.synBacklogEnough {
        return .ok(.synBacklog, "\(length) half-open connections may wait")
      }
      return .warn(
        .synBacklog,
        "only \(length) half-open connections may wait (net.ipv4.tcp_max_syn_backlog)",
        why: "without SYN cookies whoever comes when the queue is full is dropped",
        remedy: "switch SYN cookies on, or sysctl -w net.ipv4.tcp_max_syn_backlog=8192"
      )
    }
  }

  private func judgeTracking() -> Finding {
    switch tracking {
    case .absent: return .ok(.conntrack, "no connection tracking on this host")
    case .unreadable(let problem):
      return .unknown(.conntrack, problem, remedy: "run the doctor as root")
    case .known(let table):
      let share = Self.percent(table.count, of: table.maximum)
      let what =
        "the connection tracking table is \(share) % full "
        + "(\(table.count) of \(table.maximum))"
      guard share >= 80 else { return .ok(.conntrack, what) }
      let why =
        "when it is full the kernel drops new connections of every program; the gate's own "
        + "ports bypass it"
      let remedy = "see who fills it (conntrack -L), or raise net.netfilter.nf_conntrack_max"
      return share >= 95
        ? .bad(.conntrack, what, why: why, remedy: remedy)
        : .warn(.conntrack, what, why: why, remedy: remedy)
    }
  }

  private func judgeReversePaths() -> Finding {
    switch reversePaths {
    case .absent: return .ok(.reversePath, "no reverse path filter on this host")
    case .unreadable(let problem):
      return .unknown(.reversePath, problem, remedy: "compare `sysctl -a --pattern rp_filter`")
    case .known(let paths):
      let strict = paths.filter { $0.filter == 1 && $0.device != "lo" }
      guard !strict.isEmpty else {
        return .ok(.reversePath, "no device drops peers whose way back is another")
      }
      let devices = strict.map(\.device).joined(separator: ", ")
      let others = paths.filter { $0.device != "lo" }.count
      guard others > 1 else {
        return .ok(.reversePath, "strict on \(devices), the only way to peers")
      }
      return .warn(
        .reversePath,
        "the reverse path filter is strict on \(devices) (rp_filter=1)",
        why: "peers whose way back leads over another device are dropped before the gate",
        remedy: "set net.ipv4.conf.\(strict[0].device).rp_filter=2 (loose), and the same for `all`"
      )
    }
  }

  private func judgeReceiveMemory() -> Finding {
    let wanted = Int(DatagramSocket.receiveMemoryBytes)
    return Self.judge(.receiveBuffer, "net.core.rmem_max", receiveMemory) { bytes in
      if bytes >= wanted {
        return .ok(.receiveBuffer, "\(bytes / 1_024) KiB of datagrams may wait for each shard")
      }
      return .warn(
        .receiveBuffer,
        "only \(bytes / 1_024) KiB of datagrams may wait (net.core.rmem_max)",
        why: "the gate asks for \(wanted / 1_024) KiB a shard, and without CAP_NET_ADMIN gets no "
          + "more than this: in a flood honest datagrams are dropped",
        remedy: "sysctl -w net.core.rmem_max=\(wanted), and the same in a file in /etc/sysctl.d; "
          + "then restart sallyport"
      )
    }
  }

  private func judgeTCPMemory() -> Finding {
    Self.judge(.tcpMemory, "net.ipv4.tcp_mem", tcpMemory) { memory in
      let share = Self.percent(memory.used, of: memory.pressure)
      guard share >= 80 else {
        return .ok(.tcpMemory, "TCP uses \(share) % of the memory that it may")
      }
      return .warn(
        .tcpMemory,
        "TCP uses \(share) % of the memory that it may (net.ipv4.tcp_mem)",
        why: "above it the kernel shrinks windows and drops data of every connection",
        remedy: "lower held-strangers or open-sessions in [limits] and restart sallyport, or raise "
          + "net.ipv4.tcp_mem"
      )
    }
  }

  private func judgeClock() -> Finding {
    if let ahead = publicationAheadSeconds, ahead > Self.clockToleranceSeconds {
      return .bad(
        .clock,
        "the router's router.info is \(ahead) seconds from the future",
        why: "this clock has gone back: peers differ by more than the 60 seconds that I2P bears, "
          + "and every handshake is refused",
        remedy: "set the clock (timedatectl set-ntp true), then restart the router"
      )
    }
    return Self.judge(.clock, "the clock's state", clock) { state in
      switch state {
      case .kept: .ok(.clock, "a time service keeps the clock right")
      case .adrift:
        .warn(
          .clock,
          "nothing keeps the clock right",
          why: "I2P bears 60 seconds of difference: a clock that drifts loses peers one by one",
          remedy: "install systemd-timesyncd or chrony (in a container: on its host)"
        )
      }
    }
  }

  private func judgeJournal() -> Finding {
    switch journal {
    case .absent: return .ok(.journal, "no journald: the gate writes to standard error")
    case .unreadable(let problem):
      return .unknown(
        .journal,
        problem,
        remedy: "compare `systemd-analyze cat-config "
          + "systemd/journald.conf`"
      )
    case .known(let rate):
      let place = rate.file.map { " (\($0))" } ?? ""
      guard rate.isKept else {
        return .warn(
          .journal,
          "the journal keeps nothing: Storage=none\(place)",
          why: "what the gate did and why can't be read later",
          remedy: "set Storage=auto and restart systemd-journald"
        )
      }
      let lines = Double(JournalBudget.linesPerSecond) * rate.intervalSeconds
      if rate.burst == 0 || rate.intervalSeconds == 0 || rate.burst >= lines {
        return .ok(.journal, "journald lets through every line that the gate may write")
      }
      return .warn(
        .journal,
        "journald lets through \(Int(clamping: rate.burst)) lines in "
          + "\(Int(clamping: rate.intervalSeconds)) s\(place)",
        why: "the gate writes up to \(JournalBudget.linesPerSecond) a second while it is attacked: "
          + "what is above is lost, sums too",
        remedy:
          "set RateLimitBurst to \(Int(clamping: lines)) at least, or LogRateLimitIntervalSec=0 "
          + "in the unit"
      )
    }
  }

  /// How much of `whole` `part` is, in hundredths; zero of nothing.
  static func percent(_ part: Int, of whole: Int) -> Int {
    whole > 0 ? Int(clamping: Double(part) / Double(whole) * 100) : 0
  }

  private static func judge<Value>(
    _ check: DoctorCheck,
    _ name: String,
    _ reading: Reading<Value>,
    _ judge: (Value) -> Finding
  ) -> Finding {
    switch reading {
    case .known(let value): judge(value)
    case .absent:
      .unknown(
        check,
        "\(name) does not show here",
        remedy: "ask outside of containers and network namespaces"
      )
    case .unreadable(let problem):
      .unknown(check, problem, remedy: "run the doctor as root, in the gate's network namespace")
    }
  }
}

extension Int {
  /// `number` without its fraction, as near as an integer comes; zero for what is no number.
  fileprivate init(clamping number: Double) {
    self = Int(exactly: number.rounded(.down)) ?? (number > 0 ? .max : 0)
  }
}
