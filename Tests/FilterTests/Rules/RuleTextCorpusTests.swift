import Foundation
import Testing

/// Every file of the fuzz target's corpus, in each normal run.
@Suite struct RuleTextCorpusTests {
  @Test func noFileOfTheCorpusViolatesAProperty() throws {
    let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus/RuleText")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
    #expect(names.count >= 4)
    for name in names {
      let bytes = Array(try Data(contentsOf: folder.appending(path: name)))
      #expect(violatedRuleTextProperty(bytes) == nil, "\(name)")
    }
  }
}
