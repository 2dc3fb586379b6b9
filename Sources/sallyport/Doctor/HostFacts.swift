internal import Kernel

/// What counts of this host's own settings.
struct HostFacts: Equatable, Sendable {
  /// Entries of the connection tracking table.
  struct Tracking: Equatable, Sendable {
    var count: Int
    var maximum: Int
  }

  /// Memory of all TCP sockets, in pages.
  struct TCPMemory: Equatable, Sendable {
    var used: Int
    /// From where on the kernel saves on it.
    var pressure: Int
  }

  /// What a device does with packets that come the wrong way.
  struct ReversePath: Equatable, Sendable {
    var device: String
    /// `rp_filter`: 0 off, 1 strict, 2 loose. The larger of the device's and `all` counts.
    var filter: Int
  }

  /// What the journal lets through from one service.
  struct JournalRate: Equatable, Sendable {
    /// Over how many seconds it counts; zero: it does not.
    var intervalSeconds: Double
    /// Lines of that time; zero: any number.
    var burst: Double
    /// Whether it keeps anything at all.
    var isKept: Bool
    /// The file that says so; nil when these are the defaults.
    var file: String?
  }

  /// `net.core.somaxconn`.
  var listenQueue: Reading<Int>
  /// `net.ipv4.tcp_syncookies`.
  var synCookies: Reading<Int>
  /// `net.ipv4.tcp_max_syn_backlog`.
  var synBacklog: Reading<Int>
  /// The table of connection tracking; absent where it is not loaded.
  var tracking: Reading<Tracking>
  /// Each device that peers or the router's answers pass.
  var reversePaths: Reading<[ReversePath]>
  /// `net.core.rmem_max`, in bytes.
  var receiveMemory: Reading<Int>
  /// Memory of TCP.
  var tcpMemory: Reading<TCPMemory>
  /// Ports that the kernel gives to outgoing connections.
  var localPorts: Reading<ClosedRange<Int>>
  /// Ports that it does not give, though they lie between.
  var reservedPorts: Reading<[ClosedRange<Int>]>
  /// Whether somebody keeps the clock right.
  var clock: Reading<Clock.WallClockState>
  /// How far the router's last publication lies in the future, in seconds; negative in the past;
  /// nil when it is not known.
  var publicationAheadSeconds: Int?
  /// What the journal lets through.
  var journal: Reading<JournalRate>
}
