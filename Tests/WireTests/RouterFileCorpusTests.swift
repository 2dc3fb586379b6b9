import Testing
import Wire

@Suite("Corpus of router files")
struct RouterFileCorpusTests {
  @Test(
    "Every file holds the properties",
    arguments: [
      ("RouterInfo", violatedRouterInfoProperty),
      ("I2PBase64", violatedBase64Property),
      ("PropertyText", violatedPropertyTextProperty),
    ] as [(String, @Sendable ([UInt8]) -> String?)]
  )
  func replay(folder: String, violatedProperty: @Sendable ([UInt8]) -> String?) throws {
    let files = try Corpus.files(in: folder)
    #expect(!files.isEmpty, "\(folder) is empty")
    for file in files {
      #expect(violatedProperty(file.bytes) == nil, "\(folder)/\(file.name)")
    }
  }

  @Test("Mutated files hold the properties", arguments: [UInt64(1), 2, 3, 4])
  func mutations(seed: UInt64) throws {
    var generator = SeededGenerator(state: seed)
    let original = try Corpus.bytes("RouterFiles/i2pd-dual/router.info")
    for _ in 0..<2_000 {
      var bytes = original
      for _ in 0..<Int.random(in: 1...4, using: &generator) {
        let place = Int.random(in: 384..<bytes.count, using: &generator)
        bytes[place] = UInt8.random(in: 0...255, using: &generator)
      }
      #expect(violatedRouterInfoProperty(bytes) == nil, "seed \(seed)")
    }
  }
}
