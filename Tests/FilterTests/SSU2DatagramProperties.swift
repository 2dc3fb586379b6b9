import Filter
import Wire

/// What has to hold for any bytes that come to the SSU2 port, shared by the tests and the fuzzer.
final class SSU2DatagramProperties {
  private static let wallSeconds: UInt64 = 0x6b00_0000
  private static let endpoint = Endpoint(address: SourceAddress(ipv4: 0xcb00_7107), port: 4_567)
  private static let silent: [Reason] = [
    .undersized, .oversized, .otherVersion, .otherNetwork, .sameIdentifiers, .undecodable,
    .unauthenticated, .noDateTime, .tokenMissing, .weakKey, .clockSkew,
  ]

  private let plain = SSU2DatagramProperties.handshake(.i2pd, .classic)
  private let hybrid = SSU2DatagramProperties.handshake(.java, [.classic, .mlkem512, .mlkem768])
  private var random = SmallRandom(seed: 1)

  private static func handshake(_ kind: RouterKind, _ versions: SSU2Versions) -> SSU2Handshake {
    SSU2Handshake(
      facts: SSU2Facts(
        kind: kind,
        version: 966,
        routerHash: [UInt8](repeating: 0x11, count: 32),
        introductionKey: PlainDatagram.introductionKey,
        staticPublicKey: [UInt8](repeating: 0x33, count: 32),
        networkIdentifier: 2,
        versions: versions
      )
    )
  }

  /// The property that `bytes` violate, as a datagram and as what a peer sealed; nil when they hold
  /// all of them.
  func violated(by bytes: [UInt8]) -> String? {
    violatedByDatagram(bytes) ?? violatedByPayload(bytes)
  }

  private func violatedByDatagram(_ bytes: [UInt8]) -> String? {
    Self.violated(plain, bytes, &random) ?? Self.violated(hybrid, bytes, &random)
  }

  /// Sealed by somebody who knows the router, the same bytes reach the blocks.
  private func violatedByPayload(_ payload: [UInt8]) -> String? {
    guard (8...1_424).contains(payload.count) else { return nil }
    var datagrams = [PlainDatagram(), .peerTest(5), .holePunch(), PlainDatagram(type: 9)]
    for index in datagrams.indices {
      datagrams[index].payload = payload
      let bytes = datagrams[index].bytes
      if let violated = violatedByDatagram(bytes) { return violated }
      if Self.look(plain, bytes) == .refuse(.unauthenticated) { return "a good seal is refused" }
    }
    return nil
  }

  private static func look(_ handshake: borrowing SSU2Handshake, _ bytes: [UInt8]) -> SSU2Look {
    unsafe bytes.withUnsafeBytes { unsafe handshake.look($0, wallSeconds: wallSeconds) }
  }

  private static func answer(
    _ handshake: borrowing SSU2Handshake,
    _ bytes: [UInt8]
  ) -> SSU2AnswerLook {
    unsafe bytes.withUnsafeBytes { unsafe handshake.lookAtAnswer($0) }
  }

  private static func violated(
    _ handshake: borrowing SSU2Handshake,
    _ bytes: [UInt8],
    _ random: inout SmallRandom
  ) -> String? {
    let look = look(handshake, bytes)
    guard look == Self.look(handshake, bytes) else { return "the second look differs" }
    if case .retry(let token, _, let isRejection) = answer(handshake, bytes) {
      guard bytes.count >= 56, isRejection == (token == 0) else { return "an odd Retry" }
      guard case .other = look else { return "a Retry is taken for a question" }
    }
    switch look {
    case .tokenRequest(let header):
      guard header.type == .tokenRequest, header.token == 0 else { return "an odd TokenRequest" }
      return violatedByOpened(handshake, bytes, header, &random)
    case .peerTest(let header), .holePunch(let header):
      guard header.sourceIdentifier == ~header.destinationIdentifier else { return "no nonce" }
      return violatedByOpened(handshake, bytes, header, &random)
    case .sessionRequest(let header):
      guard header.type == .sessionRequest, header.token != 0,
        bytes.count >= SSU2Bounds.shortestSessionRequest(version: header.version)
      else { return "an odd SessionRequest" }
      return violatedByHeader(handshake, bytes, header, &random)
    case .other:
      return (40...1_472).contains(bytes.count) ? nil : "a session's datagram of no length"
    case .refuse(let reason):
      guard silent.contains(reason) else { return "refused: \(reason)" }
      guard (reason == .oversized) == (bytes.count > 1_472) else { return "an odd length" }
      return reason == .undersized || bytes.count >= 40 ? nil : "looked at too few bytes"
    }
  }

  private static func violatedByOpened(
    _ handshake: borrowing SSU2Handshake,
    _ bytes: [UInt8],
    _ header: SSU2LongHeader,
    _ random: inout SmallRandom
  ) -> String? {
    guard bytes.count >= 56 else { return "too short to be sealed" }
    var other = bytes
    other[40] ^= 1
    switch look(handshake, other) {
    case .tokenRequest, .peerTest, .holePunch: return "opened with a wrong byte"
    case .sessionRequest, .other, .refuse: break
    }
    return violatedByHeader(handshake, bytes, header, &random)
  }

  /// What is let through has a header of its router, and can be answered within the bound.
  private static func violatedByHeader(
    _ handshake: borrowing SSU2Handshake,
    _ bytes: [UInt8],
    _ header: SSU2LongHeader,
    _ random: inout SmallRandom
  ) -> String? {
    guard handshake.facts.versions.contains(version: header.version),
      header.networkIdentifier == 2, header.sourceIdentifier != header.destinationIdentifier
    else { return "a header of somebody else" }
    var retry = [UInt8](repeating: 0, count: SSU2Bounds.longestRetry)
    let count = unsafe retry.withUnsafeMutableBytes { buffer in
      unsafe handshake.writeRetry(
        into: buffer,
        answering: header,
        requestBytes: bytes.count,
        to: endpoint,
        token: 7,
        rejectionReason: 0,
        wallSeconds: wallSeconds,
        random: &random
      )
    }
    guard count >= 64, count * 100 <= bytes.count * 115 else { return "an answer of \(count)" }
    let expected = SSU2AnswerLook.retry(
      token: 7,
      destinationIdentifier: header.sourceIdentifier,
      isRejection: false
    )
    guard answer(handshake, Array(retry.prefix(count))) == expected else {
      return "an answer that can't be read"
    }
    return nil
  }
}
