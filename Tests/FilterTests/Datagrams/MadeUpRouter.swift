import Filter
import Wire

/// A router that answers handshakes as i2pd or Java I2P were seen to: when they give tokens, when
/// they are silent, whom they ban.
struct MadeUpRouter {
  private struct Token {
    let value: UInt64
    let validUntil: UInt64
  }

  /// Java I2P: what it remembers of an endpoint between the Retry and the SessionRequest.
  private struct State {
    let destination: UInt64
    let source: UInt64
    let token: UInt64
    let began: UInt64
    var retriedAt: UInt64
    var requested: UInt64?
  }

  /// A session, by its destination identifier.
  private struct Session {
    var endpoint: Endpoint
    let ephemeral: UInt64
  }

  static let second = Nanoseconds.perSecond

  let kind: RouterKind
  private var tokens: [Endpoint: Token] = [:]
  private var sessions: [UInt64: Session] = [:]
  private var states: [Endpoint: State] = [:]
  private var bannedUntil: [Endpoint: UInt64] = [:]
  private var minute: UInt64 = 0
  private var countThisMinute = 0
  private var countLastMinute = 0

  /// Endpoints that it banned at some time.
  private(set) var banned: Set<Endpoint> = []
  /// Requests of honest peers that it refused because of its own limits.
  private(set) var limited: Set<Endpoint> = []
  /// SessionRequests with a token that it did not know.
  private(set) var unknownTokens = 0

  init(_ kind: RouterKind) {
    self.kind = kind
  }

  /// Sessions are lost, as are tokens, states and bans.
  mutating func restart() {
    self = MadeUpRouter(kind)
  }

  /// Takes a datagram; what it answers.
  mutating func receive(
    _ packet: Packet,
    now: UInt64,
    _ random: inout SeededGenerator
  ) -> [Packet] {
    expire(now)
    switch packet.note {
    case .tokenRequest(let destination, let source):
      return kind == .i2pd
        ? [retry(packet, destination, source, token: i2pdToken(packet.peer, now, &random), &random)]
        : javaTokenRequest(packet, destination, source, now, &random)
    case .sessionRequest(let destination, let source, let token, let ephemeral):
      if let session = sessions[destination], session.ephemeral == ephemeral {
        return [created(packet, ephemeral, &random)]
      }
      return kind == .i2pd
        ? i2pdSessionRequest(packet, destination, source, token, ephemeral, now, &random)
        : javaSessionRequest(packet, destination, source, token, ephemeral, now, &random)
    case .data(let destination):
      // A recorded one proves nothing: the router asks the new place first, and nobody answers.
      guard sessions[destination] != nil, !packet.isFlood else { return [] }
      sessions[destination]?.endpoint = packet.peer
      let bytes = DatagramForge.noise(80, &random)
      return [Packet(bytes: bytes, note: .data(destination: destination), peer: packet.peer)]
    case .sessionCreated, .plain:
      return []
    }
  }

  /// Whether it has a session with this identifier, and where.
  func sessionEndpoint(_ destination: UInt64) -> Endpoint? {
    sessions[destination]?.endpoint
  }

  private func retry(
    _ packet: Packet,
    _ destination: UInt64,
    _ source: UInt64,
    token: UInt64,
    reason: UInt8 = 0,
    _ random: inout SeededGenerator
  ) -> Packet {
    let bytes = DatagramForge.retry(
      destination: source,
      source: destination,
      token: token,
      reason: reason,
      &random
    )
    return Packet(bytes: bytes, note: .plain, peer: packet.peer)
  }

  private func created(
    _ packet: Packet,
    _ ephemeral: UInt64,
    _ random: inout SeededGenerator
  ) -> Packet {
    let note = PacketNote.sessionCreated(ephemeral: ephemeral)
    return Packet(bytes: DatagramForge.noise(110, &random), note: note, peer: packet.peer)
  }

  // i2pd: a token for each endpoint, the same while it lives; no other state.

  private mutating func i2pdToken(
    _ peer: Endpoint,
    _ now: UInt64,
    _ random: inout SeededGenerator
  ) -> UInt64 {
    if let token = tokens[peer], token.validUntil > now { return token.value }
    let token = Token(value: random.next() | 1, validUntil: now + 7 * Self.second)
    tokens[peer] = token
    return token.value
  }

  private mutating func i2pdSessionRequest(
    _ packet: Packet,
    _ destination: UInt64,
    _ source: UInt64,
    _ token: UInt64,
    _ ephemeral: UInt64,
    _ now: UInt64,
    _ random: inout SeededGenerator
  ) -> [Packet] {
    guard let known = tokens[packet.peer], known.value == token, known.validUntil > now,
      !packet.isFlood
    else {
      unknownTokens += 1
      let token = i2pdToken(packet.peer, now, &random)
      return [retry(packet, destination, source, token: token, &random)]
    }
    let later = now + 52 * 60 * Self.second
    tokens[packet.peer] = Token(value: random.next() | 1, validUntil: later)
    sessions[destination] = Session(endpoint: packet.peer, ephemeral: ephemeral)
    return [created(packet, ephemeral, &random)]
  }

  // Java I2P: a state for each endpoint, bound to the identifiers; a limit by the minute; bans.

  /// Whether it takes one more inbound attempt: from 15 a minute on not more than a third above
  /// what it had the minute before, and 75 at a time.
  private mutating func javaHasRoom(_ now: UInt64) -> Bool {
    let current = now / (60 * Self.second)
    if current != minute {
      countLastMinute = current == minute + 1 ? countThisMinute : 0
      countThisMinute = 0
      minute = current
    }
    countThisMinute += 1
    return countThisMinute <= max(15, countLastMinute * 13 / 10) && states.count < 75
  }

  private mutating func javaTokenRequest(
    _ packet: Packet,
    _ destination: UInt64,
    _ source: UInt64,
    _ now: UInt64,
    _ random: inout SeededGenerator
  ) -> [Packet] {
    if let state = states[packet.peer] {
      guard state.destination == destination, state.source == source,
        now >= state.retriedAt + 750 * Nanoseconds.perMillisecond
      else { return [] }
      states[packet.peer]?.retriedAt = now
      return [retry(packet, destination, source, token: state.token, &random)]
    }
    return javaNewState(packet, destination, source, now, &random)
  }

  private mutating func javaNewState(
    _ packet: Packet,
    _ destination: UInt64,
    _ source: UInt64,
    _ now: UInt64,
    _ random: inout SeededGenerator
  ) -> [Packet] {
    if let until = bannedUntil[packet.peer], until > now {
      return [retry(packet, destination, source, token: 0, reason: 11, &random)]
    }
    guard javaHasRoom(now) else {
      if !packet.isFlood { limited.insert(packet.peer) }
      return [retry(packet, destination, source, token: 0, reason: 19, &random)]
    }
    let token = random.next() | 1
    states[packet.peer] = State(
      destination: destination,
      source: source,
      token: token,
      began: now,
      retriedAt: now
    )
    return [retry(packet, destination, source, token: token, &random)]
  }

  private mutating func javaSessionRequest(
    _ packet: Packet,
    _ destination: UInt64,
    _ source: UInt64,
    _ token: UInt64,
    _ ephemeral: UInt64,
    _ now: UInt64,
    _ random: inout SeededGenerator
  ) -> [Packet] {
    guard let state = states[packet.peer] else {
      unknownTokens += 1
      return javaNewState(packet, destination, source, now, &random)
    }
    guard state.destination == destination, state.source == source else { return [] }
    guard state.token == token, !packet.isFlood else {
      states[packet.peer] = nil
      return []
    }
    states[packet.peer] = nil
    sessions[destination] = Session(endpoint: packet.peer, ephemeral: ephemeral)
    return [created(packet, ephemeral, &random)]
  }

  /// Who has a token and does not use it within five seconds is banned for fifteen minutes.
  private mutating func expire(_ now: UInt64) {
    guard kind == .java else { return }
    for (peer, state) in states where now > state.began + 5 * Self.second {
      states[peer] = nil
      banned.insert(peer)
      bannedUntil[peer] = now + 900 * Self.second
    }
  }
}
