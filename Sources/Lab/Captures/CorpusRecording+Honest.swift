internal import Filter
internal import Kernel
internal import Wire

/// The captures with honest peers.
extension CorpusRecording {
  /// More new connections in a minute than a rule would call normal of one host.
  private static let crowdCount = 32
  private static let slowCount = 6
  private static let pieceBytes = 24
  private static let piecePauseNanoseconds = 400 * Nanoseconds.perMillisecond
  /// After the router has closed a connection and before the next one comes.
  private static let turnNanoseconds = 50 * Nanoseconds.perMillisecond
  /// In all far more than an address needs to count as one that keeps failing.
  private static let junkPerHandshake = 2
  private static let junkBytes = 100
  private static let hybridPatienceNanoseconds = 200 * Nanoseconds.perMillisecond
  /// Sources of the world that nothing else comes from.
  private static let firstSource: UInt32 = 2_000_000

  /// Handshakes to an established session, of which each is one that a peer makes.
  func recordHonest(_ capture: CorpusCapture) throws {
    let identity = LabIdentity()
    let count = capture == .crowd ? Self.crowdCount : Self.connectionCount
    for index in 0..<(capture == .slow ? Self.slowCount : count) {
      try shakeHands(with: target(capture), from: Self.source(capture, UInt32(index))) { options in
        if capture == .returning { options.identity = identity }
        guard capture == .slow else { return }
        options.delivery = .pieces(
          sizes: [Self.pieceBytes, Self.pieceBytes, Self.pieceBytes],
          pauseNanoseconds: Self.piecePauseNanoseconds
        )
      }
    }
  }

  private func target(_ capture: CorpusCapture) -> Endpoint {
    let address = capture == .initiatorIPv6 ? router.host.addressIPv6 : router.host.address
    return Endpoint(address: address, port: router.port)
  }

  /// From where the handshake number `index` comes: each from another network, or all from one
  /// address.
  private static func source(_ capture: CorpusCapture, _ index: UInt32) -> SourceAddress {
    switch capture {
    case .initiatorIPv6: AddressPlan.worldSourceIPv6(0x8000_0000 + index << 16)
    case .crowd: AddressPlan.worldSource(firstSource + 100_000)
    case .returning: AddressPlan.worldSource(firstSource + 200_000)
    case .neighbours: AddressPlan.worldSource(firstSource + 300_000)
    case .slow: AddressPlan.worldSource(firstSource + 400_000 + index * 257)
    case .hybrid: AddressPlan.worldSource(firstSource + 500_000 + index * 257)
    default: AddressPlan.worldSource(firstSource + index * 257)
    }
  }

  private func shakeHands(
    with target: Endpoint,
    from source: SourceAddress,
    _ change: (inout HandshakeOptions) -> Void = { _ in }
  ) throws {
    var options = HandshakeOptions()
    options.farewell = .sendMessageFirst
    change(&options)
    let (facts, chosen) = (facts, options)
    let result = try network.world.run {
      Initiator.handshake(to: target, from: source, router: facts, options: chosen)
    }
    guard result.end == .established else {
      throw LabError("an honest handshake ended with \(result.end)")
    }
  }

  /// Honest handshakes from an address from which somebody else sends random bytes, at a gate: a
  /// bare i2pd takes nobody from such an address for half a minute.
  func recordNeighbours() throws {
    let gate = try LabGate(before: router)
    try gate.start()
    defer { gate.stop() }
    let address = Self.source(.neighbours, 0)
    for _ in 0..<Self.connectionCount {
      for _ in 0..<Self.junkPerHandshake { try sayJunk(from: address) }
      try shakeHands(with: router.endpoint, from: address)
    }
  }

  private func sayJunk(from address: SourceAddress) throws {
    let target = router.endpoint
    try network.world.run {
      let socket = try TCPSocket.connected(
        to: target,
        from: Endpoint(address: address, port: 0),
        timeoutNanoseconds: Nanoseconds.perSecond
      )
      _ = socket.send(Primitives.randomBytes(Self.junkBytes))
      // Until the router closes.
      var answer = [UInt8](repeating: 0, count: 1)
      _ = socket.receive(into: &answer)
    }
    Pause.nanoseconds(Self.turnNanoseconds)
  }

  /// Hybrid first flights to a listener that answers nothing.
  func recordHybrid() throws {
    guard let endpoint = CorpusRouter.hybrid.endpoints.first else { return }
    let identity = LabIdentity()
    let form = HybridForm.mlkem768
    try JavaRouterDirectory.write(
      identity,
      at: endpoint,
      networkIdentifier: UInt8(RouterSettings.networkID),
      wallSeconds: Clock.wallSeconds,
      hybrid: form,
      directory: "\(directory)/\(CorpusRouter.hybrid.rawValue)"
    )
    let number = try router.namespace.run { try TCPSocket.listening(at: endpoint).release() }
    let listener = TCPSocket(owning: Descriptor(owning: number))
    let facts = identity.facts(at: endpoint, networkIdentifier: UInt8(RouterSettings.networkID))
    for index in 0..<UInt32(Self.connectionCount) {
      let source = Self.source(.hybrid, index)
      _ = try network.world.run {
        var options = HandshakeOptions()
        options.firstFlight.hybrid = form
        options.patienceNanoseconds = Self.hybridPatienceNanoseconds
        return Initiator.handshake(to: endpoint, from: source, router: facts, options: options)
      }
    }
    _ = consume listener
  }
}
