import Filter
import Testing

/// Every kept datagram holds the properties, and so does what is left of it when it is broken.
@Suite struct SSU2DatagramCorpusTests {
  @Test func everyFileHoldsTheProperties() throws {
    let properties = SSU2DatagramProperties()
    let names = try SSU2DatagramCorpus.names()
    #expect(names.count >= 14)
    for name in names {
      #expect(properties.violated(by: try SSU2DatagramCorpus.bytes(name)) == nil, "\(name)")
    }
  }

  /// What a datagram is, without its numbers.
  private func word(_ look: SSU2Look) -> String {
    switch look {
    case .tokenRequest: "token request"
    case .sessionRequest: "session request"
    case .peerTest: "peer test"
    case .holePunch: "hole punch"
    case .other: "other"
    case .refuse(let reason): "\(reason.word)"
    }
  }

  @Test func theFilesAreWhatTheirNamesSay() throws {
    let words = [
      ("token-request", "token request"), ("token-request-longest", "token request"),
      ("token-request-oversized", "oversized"), ("token-request-skewed", "clock-skew"),
      ("token-request-other-network", "other-network"),
      ("token-request-same-identifiers", "same-identifiers"),
      ("token-request-no-date-time", "no-date-time"),
      ("token-request-truncated-block", "undecodable"),
      ("session-request", "session request"), ("session-request-no-token", "token-missing"),
      ("session-request-weak-key", "weak-key"), ("session-request-mlkem768", "other-version"),
      ("peer-test", "peer test"), ("hole-punch", "hole punch"), ("retry", "other"),
      ("rejection", "other"), ("session-data", "other"),
    ]
    let judge = DatagramJudge()
    for (name, expected) in words {
      #expect(word(judge.look(try SSU2DatagramCorpus.bytes(name))) == expected, "\(name)")
    }
    let hybrid = DatagramJudge(versions: [.classic, .mlkem768])
    let bytes = try SSU2DatagramCorpus.bytes("session-request-mlkem768")
    #expect(word(hybrid.look(bytes)) == "session request")
  }

  @Test func theFilesAreWhatThePlainImplementationMakes() throws {
    for (name, bytes) in SSU2DatagramSeeds.all {
      #expect(try SSU2DatagramCorpus.bytes(name) == bytes, "\(name)")
    }
  }

  @Test(arguments: UInt64(1)...4)
  func mutatedFilesHoldTheProperties(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let properties = SSU2DatagramProperties()
    let files = try SSU2DatagramCorpus.names().map(SSU2DatagramCorpus.bytes)
    for round in 0..<300 {
      var bytes = files.randomElement(using: &generator) ?? []
      for _ in 0..<Int.random(in: 0...3, using: &generator) where !bytes.isEmpty {
        let place = Int.random(in: bytes.indices, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      let count = Int.random(in: 0...bytes.count, using: &generator)
      if Bool.random(using: &generator) { bytes = Array(bytes.prefix(count)) }
      #expect(properties.violated(by: bytes) == nil, "seed \(seed), round \(round)")
    }
  }
}
