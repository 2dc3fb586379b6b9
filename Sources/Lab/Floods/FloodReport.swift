/// What a flood did and what became of its connections.
struct FloodReport: Sendable {
  /// What each connection did.
  var kind: FloodKind
  /// From the first attempt to the end of making new ones.
  var elapsedNanoseconds: UInt64 = 0
  /// Processor time of the flood's thread meanwhile, kernel work included.
  var processorNanoseconds: UInt64 = 0
  /// Connections begun.
  var attempted: UInt64 = 0
  /// Connections that TCP completed.
  var connected: UInt64 = 0
  /// Connections that nobody listened to.
  var refused: UInt64 = 0
  /// Connections that neither completed nor failed while they were held.
  var unanswered: UInt64 = 0
  /// Connections that the other side closed with FIN.
  var finishedByPeer: UInt64 = 0
  /// Connections that the other side closed with RST.
  var resetByPeer: UInt64 = 0
  /// Connections that we closed as the kind asks, or after the bound of holding.
  var closedByUs: UInt64 = 0
  /// Connections that we closed before their time to make room.
  var droppedForRoom: UInt64 = 0
  /// Connections that got bytes in answer.
  var answered: UInt64 = 0
  /// Bytes sent.
  var bytesSent: UInt64 = 0
  /// Bytes received.
  var bytesReceived: UInt64 = 0
  /// Connections that were never begun because as many as allowed were open.
  var skippedWhenFull: UInt64 = 0
  /// Connections that were never begun because the flood had fallen too far behind its rate: others
  /// wanted the processor.
  var forgotten: UInt64 = 0
  /// Most connections open at once.
  var openAtMost = 0
  /// First flights sent a second time because fresh ones had run out.
  var flightsReused: UInt64 = 0
  /// System calls that failed, by error number.
  var errors: [Int32: UInt64] = [:]
  /// From the attempt to the completed connection.
  var connectTimes = LatencyHistogram()
  /// From the completed connection to the other side's close.
  var closeTimes = LatencyHistogram()

  /// An empty report.
  init(kind: FloodKind) {
    self.kind = kind
  }

  /// Connections begun a second.
  var attemptsPerSecond: Double {
    elapsedNanoseconds == 0 ? 0 : Double(attempted) * 1e9 / Double(elapsedNanoseconds)
  }

  /// Failed system calls, whatever their error.
  var errorCount: UInt64 { errors.values.reduce(0, +) }
}

extension FloodReport: CustomStringConvertible {
  /// The report for people, one subject a line.
  var description: String {
    var lines = [
      "\(kind.rawValue): \(attempted) attempts in \(LabText.milliseconds(elapsedNanoseconds)), "
        + "\(Int(attemptsPerSecond.rounded())) a second, "
        + "\(LabText.milliseconds(processorNanoseconds)) of processor time",
      "connected \(connected), refused \(refused), unanswered \(unanswered), "
        + "open at most \(openAtMost), skipped when full \(skippedWhenFull), "
        + "when late \(forgotten)",
      "ended by FIN \(finishedByPeer), by RST \(resetByPeer), by us \(closedByUs), "
        + "for room \(droppedForRoom)",
      "answered \(answered), bytes sent \(bytesSent), received \(bytesReceived)",
    ]
    if flightsReused > 0 { lines.append("first flights sent again: \(flightsReused)") }
    for (name, times) in [("connect", connectTimes), ("close by the other side", closeTimes)] {
      guard let half = times.nanoseconds(atFraction: 0.5),
        let most = times.nanoseconds(atFraction: 0.99)
      else { continue }
      lines.append(
        "\(name) after: half within \(LabText.milliseconds(half)), "
          + "99 % within \(LabText.milliseconds(most)), "
          + "longest \(LabText.milliseconds(times.maximumNanoseconds))"
      )
    }
    for (number, count) in errors.sorted(by: { $0.key < $1.key }) {
      lines.append("error \(number): \(count) times")
    }
    return lines.joined(separator: "\n")
  }
}
