import Filter
import Wire

/// A judgement of datagrams in a form that tests can pass around.
final class DatagramJudge {
  /// The wall clock that the known answers agree with.
  static let wallSeconds: UInt64 = 0x6b00_0000

  private let handshake: SSU2Handshake
  private var random = SmallRandom(seed: 1)

  init(
    _ kind: RouterKind = .i2pd,
    versions: SSU2Versions = .classic,
    networkIdentifier: UInt8 = 2
  ) {
    handshake = SSU2Handshake(
      facts: Self.facts(kind, versions: versions, networkIdentifier: networkIdentifier)
    )
  }

  static func facts(
    _ kind: RouterKind = .i2pd,
    versions: SSU2Versions = .classic,
    networkIdentifier: UInt8 = 2
  ) -> SSU2Facts {
    SSU2Facts(
      kind: kind,
      version: 957,
      routerHash: [UInt8](repeating: 0x11, count: 32),
      introductionKey: [UInt8](repeating: 0x55, count: 32),
      staticPublicKey: [UInt8](repeating: 0x33, count: 32),
      networkIdentifier: networkIdentifier,
      versions: versions
    )
  }

  func look(_ bytes: [UInt8], wallSeconds: UInt64 = DatagramJudge.wallSeconds) -> SSU2Look {
    bytes.withUnsafeBytes { handshake.look($0, wallSeconds: wallSeconds) }
  }

  func lookAtAnswer(_ bytes: [UInt8]) -> SSU2AnswerLook {
    bytes.withUnsafeBytes { handshake.lookAtAnswer($0) }
  }

  /// The Retry that answers a question of `requestBytes` bytes with this header.
  func retry(
    to request: SSU2LongHeader,
    requestBytes: Int,
    endpoint: Endpoint,
    token: UInt64,
    rejectionReason: UInt8 = 0,
    wallSeconds: UInt64 = DatagramJudge.wallSeconds
  ) -> [UInt8] {
    var answer = [UInt8](repeating: 0xee, count: SSU2Bounds.longestRetry)
    let count = answer.withUnsafeMutableBytes { buffer in
      handshake.writeRetry(
        into: buffer,
        answering: request,
        requestBytes: requestBytes,
        to: endpoint,
        token: token,
        rejectionReason: rejectionReason,
        wallSeconds: wallSeconds,
        random: &random
      )
    }
    return Array(answer.prefix(count))
  }
}
