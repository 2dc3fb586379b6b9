import Filter

/// The far end of a link: sends what it is told to in pieces, and takes what comes at its own pace.
final class FarEnd {
  let link: SimulatedLink
  /// All that is to be sent.
  private(set) var said: [UInt8] = []
  /// All that was taken.
  private(set) var received: [UInt8] = []
  /// How the shard's side ended, once all that came before was taken.
  private(set) var ending: SimulatedLink.Ending?
  /// Bytes that are handed to the network at a time, at most.
  var pieceBytes: Int
  /// Whether nothing is taken any more.
  var isDeaf = false {
    didSet { if !isDeaf { listen() } }
  }
  /// Told after bytes were taken.
  var heard: () -> Void = {}
  /// Told when the shard's side has ended.
  var ended: () -> Void = {}
  /// What is expected to come: what the other far end has said so far.
  var expected: () -> [UInt8] = { [] }

  private var deliveredCount = 0
  private var isPumping = false
  private var isListening = false
  private var hangsUp = false
  private(set) var hasHungUp = false
  private(set) var hasReset = false
  private var heardEnd: SimulatedLink.Ending?

  private var world: SimulatedWorld { link.world }

  init(_ link: SimulatedLink) {
    self.link = link
    pieceBytes = link.world.random.happens(30) ? link.window : 65_536
    link.wasSent = { [unowned self] in listen() }
    link.wasRead = { [unowned self] in pump() }
    link.wasEnded = { [unowned self] ending in
      heardEnd = ending
      listen()
    }
  }

  /// Whether all that was said was delivered.
  var isDelivered: Bool { deliveredCount == said.count }

  /// Sends bytes, in pieces.
  func say(_ bytes: [UInt8]) {
    said += bytes
    pump()
  }

  /// Sends bytes behind all that was delivered, so that they are there in this moment.
  func sayAtOnce(_ bytes: [UInt8]) {
    precondition(isDelivered, "what was said before is still on its way")
    said += bytes
    deliveredCount = said.count
    link.deliver(bytes[...])
  }

  /// Ends its own direction, once all is sent.
  func hangUp() {
    hangsUp = true
    pump()
  }

  /// Breaks the connection.
  func reset() {
    hasReset = true
    link.deliverReset()
  }

  private func pump() {
    guard !isPumping, !hasReset else { return }
    guard !isDelivered || (hangsUp && !hasHungUp) else { return }
    isPumping = true
    world.after(10_000 + world.random.below(1_500_000)) { [self] in
      isPumping = false
      deliver()
    }
  }

  private func deliver() {
    guard !hasReset, !link.isClosed else { return }
    let most = min(said.count - deliveredCount, link.windowLeft, pieceBytes)
    if most > 0 {
      let count = world.random.number(1...most)
      link.deliver(said[deliveredCount..<(deliveredCount + count)])
      deliveredCount += count
    }
    if isDelivered, hangsUp, !hasHungUp {
      hasHungUp = true
      return link.deliverEnd()
    }
    if link.windowLeft > 0 { pump() }
  }

  private func listen() {
    guard !isListening, !isDeaf else { return }
    isListening = true
    world.after(10_000 + world.random.below(1_500_000)) { [self] in
      isListening = false
      guard !isDeaf else { return }
      take()
    }
  }

  private func take() {
    let bytes = link.takeOutbound(atMost: world.random.number(1...131_072))
    if !bytes.isEmpty {
      let expected = expected()
      let range = received.count..<(received.count + bytes.count)
      if range.upperBound > expected.count || !expected[range].elementsEqual(bytes) {
        world.complain("bytes arrive that were not sent so, at \(range)")
      }
      received += bytes
      heard()
    }
    if !link.outbound.isEmpty { return listen() }
    if ending == nil, let heardEnd {
      ending = heardEnd
      ended()
    }
  }
}
