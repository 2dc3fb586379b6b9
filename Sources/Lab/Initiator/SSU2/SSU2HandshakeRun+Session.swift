internal import Kernel
internal import Wire

/// An established session: acknowledgements, signs of life, the end.
extension SSU2HandshakeRun {
  /// A termination without a special reason.
  private static let ordinaryReason: UInt8 = 0

  /// Blocks of data that the router sealed for us, noted as received; nil for anything else.
  mutating func openData(_ datagram: [UInt8]) -> [SSU2Block]? {
    guard
      let (header, blocks) = attempt.keys?.fromResponder.open(
        datagram,
        destination: attempt.source,
        introductionKey: identity.introductionKey
      )
    else { return nil }
    received.note(header.packetNumber)
    return blocks
  }

  /// Does what the options want of an established session.
  mutating func bidFarewell() -> SSU2HandshakeEnd {
    var end: SSU2HandshakeEnd?
    switch options.farewell {
    case .leave: return .established
    case .terminate: break
    case .converse(let nanoseconds, let interval):
      end = converse(for: nanoseconds, interval: interval, moves: false)
    case .converseAndMove(let nanoseconds, let interval):
      end = converse(for: nanoseconds / 2, interval: interval, moves: false)
      if end == nil { end = moveToAnotherPort() }
      if end == nil { end = converse(for: nanoseconds / 2, interval: interval, moves: true) }
    }
    if let end { return end }
    let words = [received.block, .termination(reason: Self.ordinaryReason)]
    return sendData(words) ?? .established
  }

  /// Asks for signs of life for so long; returns how the session ended before its time.
  private mutating func converse(
    for nanoseconds: UInt64,
    interval: UInt64,
    moves: Bool
  ) -> SSU2HandshakeEnd? {
    precondition(interval > 0, "a pause between two questions")
    let finish = Clock.now.advanced(byNanoseconds: nanoseconds)
    var nextQuestion = Clock.now
    while Clock.now < finish {
      if nextQuestion <= Clock.now {
        nextQuestion = Clock.now.advanced(byNanoseconds: interval)
        result.challengeCount += 1
        let question = SSU2Block.pathChallenge(Primitives.randomBytes(8))
        if let end = sendData([received.block, question]) { return end }
      }
      switch socket.receive(until: min(nextQuestion, finish)) {
      case .late: break
      case .failed(let error): return failure(error)
      case .datagram(let datagram, from: _):
        result.receivedCount += 1
        result.receivedBytes += datagram.count
        if let end = answer(datagram, moved: moves) { return end }
      }
    }
    return nil
  }

  private mutating func answer(_ datagram: [UInt8], moved: Bool) -> SSU2HandshakeEnd? {
    guard let blocks = openData(datagram) else {
      result.strangeCount += 1
      return nil
    }
    note(blocks)
    var words: [SSU2Block] = []
    for block in blocks {
      switch block {
      case .termination(let reason): return .terminated(reason: reason)
      case .pathResponse:
        result.responseCount += 1
        if moved { result.movedResponseCount += 1 }
      case .pathChallenge(let question): words.append(.pathResponse(question))
      case .acknowledgement, .padding: continue
      case .dateTime, .routerInfo, .address, .newToken, .other: break
      }
      if words.isEmpty { words.append(received.block) }
    }
    return words.isEmpty ? nil : sendData(words)
  }

  private mutating func sendData(_ blocks: [SSU2Block]) -> SSU2HandshakeEnd? {
    guard let keys = attempt.keys else {
      preconditionFailure("data comes after SessionConfirmed")
    }
    sentPacketNumber += 1
    let header = SSU2ShortHeader(
      destination: attempt.destination,
      packetNumber: sentPacketNumber,
      type: SSU2MessageType.data.rawValue,
      flags: 0
    )
    let datagram = keys.fromInitiator.seal(
      header,
      blocks.flatMap(\.bytes),
      introductionKey: router.introductionKey
    )
    return send([datagram])
  }
}

/// The packet numbers that came, as far as an acknowledgement without gaps tells them.
struct SSU2ReceivedNumbers {
  /// Numbers more than this far below the highest are forgotten.
  private static let window: UInt32 = 255
  private var highest: UInt32 = 0
  private var numbers: Set<UInt32> = []

  /// Remembers that packet `number` came.
  mutating func note(_ number: UInt32) {
    highest = max(highest, number)
    numbers.insert(number)
    let lowest = highest > Self.window ? highest - Self.window : 0
    numbers = numbers.filter { $0 >= lowest }
  }

  /// The acknowledgement of the highest number and of all without a gap below it.
  var block: SSU2Block {
    var before: UInt8 = 0
    while before < 255, highest > UInt32(before), numbers.contains(highest - UInt32(before) - 1) {
      before += 1
    }
    return .acknowledgement(through: highest, before: before)
  }
}
