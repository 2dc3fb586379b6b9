internal import Wire

/// What each datagram of a flood is.
enum DatagramFloodKind: String, CaseIterable, Sendable {
  /// 40 to 200 random bytes.
  case random = "ssu2-random"
  /// A TokenRequest that is right in everything but its sender, another one each time.
  case tokenRequest = "ssu2-token-request"
  /// A SessionRequest that is right in everything but its sender and its token.
  case sessionRequest = "ssu2-session-request"
  /// Recorded datagrams, one after the other, from senders that never sent them.
  case replay = "ssu2-replay"

  /// The names for a command line.
  static var names: String { allCases.map(\.rawValue).joined(separator: ", ") }
}

/// One flood of datagrams: what, where to, from where, how fast, and how long.
struct DatagramFloodSettings: Sendable {
  /// What each datagram is.
  var kind: DatagramFloodKind
  /// Where to.
  var target: Endpoint
  /// The made-up senders' addresses, of the target's family.
  var sources: FloodSources
  /// The made-up senders' port; nil: a random one each time.
  var sourcePort: UInt16?
  /// Datagrams a second; nil: as many as one core can.
  var ratePerSecond: Double?
  /// How long.
  var durationNanoseconds: UInt64
  /// Whom the requests are for; all kinds but random ones and replays need it.
  var router: SSU2RouterFacts?
  /// What a replay sends.
  var recordings: [[UInt8]] = []
  /// Different requests kept ready.
  var preparedCount = 4_096
  /// The core to run on; nil: the scheduler's choice.
  var core: Int32?
}

/// What a flood of datagrams did.
struct DatagramFloodReport: Sendable {
  /// What each datagram was.
  var kind: DatagramFloodKind
  /// From the first to the end of sending.
  var elapsedNanoseconds: UInt64 = 0
  /// Processor time of the flood's thread meanwhile. In the lab it includes the way through the
  /// wires up to the receiver's socket.
  var processorNanoseconds: UInt64 = 0
  /// Datagrams that the kernel took.
  var sent: UInt64 = 0
  /// Bytes in them, without headers of IP and UDP.
  var bytesSent: UInt64 = 0
  /// Turns in which the kernel took none because too many were on their way.
  var turnsWithoutRoom: UInt64 = 0
  /// System calls that failed, by error number.
  var errors: [Int32: UInt64] = [:]

  /// Datagrams a second.
  var sentPerSecond: Double {
    elapsedNanoseconds == 0 ? 0 : Double(sent) * 1e9 / Double(elapsedNanoseconds)
  }
}

extension DatagramFloodReport: CustomStringConvertible {
  /// The report for people.
  var description: String {
    var lines = [
      "\(kind.rawValue): \(sent) datagrams in \(LabText.milliseconds(elapsedNanoseconds)), "
        + "\(Int(sentPerSecond.rounded())) a second, "
        + "\(LabText.milliseconds(processorNanoseconds)) of processor time",
      "bytes sent \(bytesSent), turns without room \(turnsWithoutRoom)",
    ]
    for (number, count) in errors.sorted(by: { $0.key < $1.key }) {
      lines.append("error \(number): \(count) times")
    }
    return lines.joined(separator: "\n")
  }
}
