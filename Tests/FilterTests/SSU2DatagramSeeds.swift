/// How the kept datagrams are made.
enum SSU2DatagramSeeds {
  static let all: [(name: String, bytes: [UInt8])] = [
    ("token-request", PlainDatagram().bytes),
    ("token-request-longest", sealed(dateTime + Block.padding(1_414))),
    ("token-request-oversized", sealed(dateTime + Block.padding(1_415))),
    ("token-request-skewed", sealed(Block.dateTime(0x6b00_1000) + Block.padding(9))),
    ("token-request-other-network", PlainDatagram(networkIdentifier: 99).bytes),
    (
      "token-request-same-identifiers",
      PlainDatagram(source: [UInt8](repeating: 0x66, count: 8)).bytes
    ),
    ("token-request-no-date-time", sealed(Block.padding(9))),
    ("token-request-truncated-block", sealed(dateTime + [254, 0, 9, 0])),
    ("session-request", PlainDatagram.sessionRequest()),
    (
      "session-request-no-token",
      PlainDatagram.sessionRequest(token: [UInt8](repeating: 0, count: 8))
    ),
    (
      "session-request-weak-key",
      PlainDatagram.sessionRequest(point: [UInt8](repeating: 0, count: 32))
    ),
    ("session-request-mlkem768", PlainDatagram.sessionRequest(version: 4)),
    ("peer-test", PlainDatagram.peerTest(7).bytes),
    ("hole-punch", PlainDatagram.holePunch().bytes),
    ("retry", SSU2VectorTests.retry),
    ("rejection", SSU2VectorTests.rejection),
    (
      "session-data",
      PlainDatagram.sessionData(
        destination: [UInt8](repeating: 0x66, count: 8),
        body: (0..<60).map { UInt8($0 * 3) }
      )
    ),
    ("payload-every-block", payload),
  ]

  private static let dateTime = Block.dateTime(0x6b00_0000)

  private static let payload =
    dateTime + Block.address([203, 0, 113, 7], 4_567) + Block.peerTest(5) + Block.relayResponse
    + Block.termination(19) + Block.padding(3)

  private static func sealed(_ payload: [UInt8]) -> [UInt8] {
    PlainDatagram(payload: payload).bytes
  }
}
