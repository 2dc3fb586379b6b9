import Filter
import Testing

@Suite struct SignatureChanceTests {
  @Test func aProductForFixedBytes() throws {
    #expect(try definition("a", "\"SSH-\"").chance() == 1 / 4_294_967_296)
    #expect(try definition("a", "00 ?? [00-0f]").chance() == 16.0 / 65_536)
    #expect(try definition("a", "i\"a\" digit").chance() == 20.0 / 65_536)
  }

  @Test func overlappingFormsCountOnce() throws {
    #expect(try definition("a", "00 01", "00 01").chance() == 1 / 65_536)
    #expect(try definition("a", "00", "00 01").chance() == 1 / 256)
    #expect(try definition("a", "00 01", "00 02").chance() == 2 / 65_536)
  }

  /// Every string of three bytes is tried, in classes: bytes that no pattern tells apart act alike,
  /// so five of them stand for all 256.
  @Test(arguments: [
    ["00"], ["00 01", "01 00"], ["00{0,2} 01"], ["[00 01]{1,2} 02"], ["any 00", "00 any{0,1} 01"],
    ["[^ 00]{0,2} 00", "01 [00-02]{2}"], ["00{0,1} 01{0,1} 02", "02 02", "any{2} 03"],
  ])
  func agreesWithCounting(texts: [String]) throws {
    let patterns = try texts.map { try pattern($0) }
    let rule = SignatureDefinition(name: "counted", patterns: patterns)
    let weights: [(byte: UInt8, weight: Int)] = [(0, 1), (1, 1), (2, 1), (3, 1), (77, 252)]
    var matching = 0
    for first in weights {
      for second in weights {
        for third in weights {
          let bytes = [first.byte, second.byte, third.byte]
          let hit = patterns.contains { !NaiveMatcher.ends($0, bytes).isEmpty }
          matching += hit ? first.weight * second.weight * third.weight : 0
        }
      }
    }
    let counted = Double(matching) / 16_777_216
    #expect(abs(try rule.chance() - counted) < 1e-12)
  }
}
