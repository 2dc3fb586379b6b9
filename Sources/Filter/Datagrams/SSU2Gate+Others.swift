internal import Wire

/// What is no handshake: each kind has a small budget of its own, so that none starves another.
extension SSU2Gate {
  mutating func judgePeerTest(_ source: Sender, now: Instant) -> DatagramVerdict {
    guard peerTests.hasToken(limits.peerTests, now: now),
      takeOther(source, now: now),
      peerTests.take(limits.peerTests, now: now)
    else { return .refuse(.peerTest) }
    return .trial(.peerTest)
  }

  mutating func judgeHolePunch(_ source: Sender, now: Instant) -> DatagramVerdict {
    guard holePunches.hasToken(limits.holePunches, now: now),
      takeOther(source, now: now),
      holePunches.take(limits.holePunches, now: now)
    else { return .refuse(.holePunch) }
    return .trial(.holePunch)
  }

  /// A datagram that only its session can read. The kernel carries live flows past the gate, so
  /// this one's was silent for long, or its peer moved, or it is nobody's. Anybody can write a
  /// proven endpoint's address on forty bytes of noise: that takes nothing from its handshakes.
  mutating func judgeOther(
    _ identifier: UInt64,
    _ source: Sender,
    now: Instant
  ) -> DatagramVerdict {
    if proven.find(hasher.key(source.endpoint), now: now) != nil {
      return takeSilentSession(source, now: now) ? .trial(.provenBefore) : .refuse(.unknownFlow)
    }
    guard let slot = proven.find(session: hasher.key(session: identifier), now: now) else {
      return .refuse(.unknownFlow)
    }
    guard movedSessions.hasToken(limits.movedSessions, now: now),
      proven.takeRequest(slot, limits.endpointRequests, now: now),
      movedSessions.take(limits.movedSessions, now: now)
    else { return .refuse(.moved) }
    return .trial(.moved)
  }

  private mutating func takeSilentSession(_ source: Sender, now: Instant) -> Bool {
    silentSessions.hasToken(limits.silentSessions, now: now)
      && takeOther(source, now: now)
      && silentSessions.take(limits.silentSessions, now: now)
  }

  /// Takes one of the other datagrams that an address may send; whether there was one.
  mutating func takeOther(_ source: Sender, now: Instant) -> Bool {
    source.isAllowed || strangers.takeOther(hasher.keys(source.endpoint.address), now: now)
  }

  /// A sound message of a peer whose clock is off: the router tells it so.
  mutating func judgeSkewed(_ source: Sender, now: Instant) -> DatagramVerdict {
    guard skewedPeers.hasToken(allowance.skewedPeers, now: now),
      takeOther(source, now: now),
      skewedPeers.take(allowance.skewedPeers, now: now)
    else { return .refuse(.clockSkew) }
    return .trial(.clockSkew)
  }
}
