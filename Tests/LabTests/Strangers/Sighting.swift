import Kernel
import Wire

@testable import Lab

/// What can be seen of a visit on the stranger's wire, in classes that do not depend on chance.
struct Sighting: Equatable, Sendable, CustomStringConvertible {
  /// How the router's side closed.
  enum Close: String, Sendable {
    case finish = "FIN"
    case finishThenReset = "FIN+RST"
    case reset = "RST"
    case never = "no close"
  }

  /// When it did.
  enum When: String, Sendable {
    case atOnce = "at once"
    case atSweep = "at the sweep"
    case never = ""
    case oddly = "at an odd time"
  }

  /// The same with the reset behind the FIN left out.
  var withoutRace: Sighting {
    var same = self
    if close == .finishThenReset { same.close = .finish }
    same.closingFlags.removeAll { $0.contains("R") }
    return same
  }

  /// Whether any data came.
  var isAnswered = false
  var close = Close.never
  var when = When.never
  /// Whether a byte after the FIN was answered by RST.
  var isLaterByteReset = false
  /// The flags FIN, RST and ACK of the closing packets up to the first RST, repetitions left out.
  var closingFlags: [String] = []

  var description: String {
    var words = isAnswered ? ["data,"] : []
    words += [close.rawValue, when.rawValue]
    if isLaterByteReset { words.append("(RST for a later byte)") }
    words += closingFlags
    return words.filter { !$0.isEmpty }.joined(separator: " ")
  }
}

/// When a router closes what it does not like.
struct CloseTimes: Sendable {
  /// Sooner than this after the stranger's last action is at once.
  ///
  /// Far more than a quiet machine takes, and far less than any router waits: what lies between is
  /// compared by medians.
  var atOnceNanoseconds = 500 * Nanoseconds.perMillisecond
  /// After the connection, when the router sweeps late strangers away.
  var sweepSeconds: ClosedRange<Double>
}

extension Sighting {
  /// What the packets say of a visit; the delay of the close as well.
  static func read(
    _ visit: Visit,
    _ packets: [WirePacket],
    times: CloseTimes
  ) -> (sighting: Sighting, closeDelayNanoseconds: UInt64?) {
    var sighting = Sighting()
    let packets = packets.filter { packet in visit.gaveUpAt.map { packet.at < $0 } ?? true }
    sighting.isAnswered = packets.contains { $0.payloadCount > 0 }
    let closing = packets.filter { $0.flags & (WirePacket.fin | WirePacket.rst) != 0 }
    guard let first = closing.first, let connectedAt = visit.connectedAt else {
      return (sighting, nil)
    }
    // A connection ends with its first reset; segments under way may draw more.
    let last = closing.firstIndex { $0.flags & WirePacket.rst != 0 } ?? closing.count - 1
    for name in closing[...last].map(\.closingName) where sighting.closingFlags.last != name {
      sighting.closingFlags.append(name)
    }
    let resets = closing.filter { $0.flags & WirePacket.rst != 0 }
    if first.flags & WirePacket.rst != 0 {
      sighting.close = .reset
    } else {
      let nextAction = visit.actions.first { $0 > first.at }
      let isResetBehind = resets.contains { reset in
        nextAction.map { reset.at < $0 } ?? true
      }
      sighting.close = isResetBehind ? .finishThenReset : .finish
      sighting.isLaterByteReset = !isResetBehind && !resets.isEmpty
    }
    let cause = visit.actions.last { $0 <= first.at } ?? connectedAt
    let delay = first.at.nanoseconds(since: cause)
    let age = Double(first.at.nanoseconds(since: connectedAt)) / Double(Nanoseconds.perSecond)
    if delay < times.atOnceNanoseconds {
      sighting.when = .atOnce
    } else {
      sighting.when = times.sweepSeconds.contains(age) ? .atSweep : .oddly
    }
    return (sighting, sighting.when == .atOnce ? delay : nil)
  }
}

extension WirePacket {
  /// The flags that tell how a connection ends: `FA`, `R`, `RA`.
  fileprivate var closingName: String {
    [(Self.fin, "F"), (Self.rst, "R"), (Self.ack, "A")].reduce("") { name, flag in
      flags & flag.0 != 0 ? name + flag.1 : name
    }
  }
}
