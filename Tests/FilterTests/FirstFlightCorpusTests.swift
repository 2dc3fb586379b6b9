import Filter
import Testing

/// Every kept first flight holds the properties, and so does what is left of it when it is broken.
@Suite struct FirstFlightCorpusTests {
  @Test func everyFileHoldsTheProperties() throws {
    let properties = FirstFlightProperties()
    let names = try FirstFlightCorpus.names()
    #expect(names.count >= 10)
    for name in names {
      let bytes = try FirstFlightCorpus.bytes(name)
      #expect(properties.violated(by: bytes) == nil, "\(name)")
    }
  }

  @Test func theFilesAreWhatTheirNamesSay() throws {
    let verdicts: [(String, Judge, ProofVerdictWord)] = [
      ("classic", Judge(), .proven), ("classic-longest-i2pd", Judge(), .proven),
      ("classic-longest-java", Judge(.java), .proven),
      ("classic-longest-java", Judge(), .refused(.oversized)),
      ("classic-other-network", Judge(), .refused(.otherNetwork)),
      ("classic-padding-too-long", Judge(), .refused(.paddingTooLong)),
      ("classic-truncated", Judge(), .waits),
      ("mlkem512", Judge(hybrid: .mlkem512), .proven),
      ("mlkem768", Judge(hybrid: .mlkem768), .proven),
      ("mlkem768-longest", Judge(hybrid: .mlkem768), .proven),
      ("mlkem1024", Judge(hybrid: .mlkem1024), .proven),
      ("mlkem1024-truncated", Judge(hybrid: .mlkem1024), .waits),
      ("zero-key", Judge(), .refused(.weakKey)),
      ("marked-zero-key", Judge(hybrid: .mlkem512), .refused(.weakKey)),
    ]
    for (name, judge, expected) in verdicts {
      let bytes = try FirstFlightCorpus.bytes(name)
      #expect(ProofVerdictWord(judge.judge(bytes)) == expected, "\(name)")
    }
  }

  @Test(arguments: UInt64(1)...4)
  func mutatedFilesHoldTheProperties(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    let properties = FirstFlightProperties()
    let files = try FirstFlightCorpus.names().map(FirstFlightCorpus.bytes)
    for round in 0..<150 {
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
