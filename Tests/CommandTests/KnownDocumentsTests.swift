import Testing

@testable import sallyport

/// A file that is as it was is not parsed again; one that changed is.
@Suite struct KnownDocumentsTests {
  @Test func changesAreSeenAndNothingElseIsRead() throws {
    let directory = try TemporaryDirectory()
    let known = KnownDocuments()
    func read(_ text: String) throws -> (Document?, [Fault]) {
      let path = try directory.write("a.toml", text)
      let faults = FaultCollector(file: path)
      return (Document(path: path, faults: faults, known: known), faults.faults)
    }
    func knows(_ text: String) -> Bool {
      known.document(at: "\(directory.path)/a.toml", bytes: Array(text.utf8)) != nil
    }
    #expect(try read("key = 1\n").0?.root["key"]?.text == "1")
    #expect(knows("key = 1\n"))
    #expect(try read("key = 1\n").0?.root["key"]?.text == "1")
    #expect(try read("\nkey = 2\n").0?.root["key"]?.line == 2)
    #expect(knows("\nkey = 2\n") && !knows("key = 1\n"))
    // What is wrong is said each time.
    for _ in 0..<2 {
      let (broken, faults) = try read("key = \n")
      #expect(broken == nil && faults.count == 1)
    }
    #expect(!knows("key = \n"))
  }

  @Test func theyAreBounded() throws {
    let known = KnownDocuments()
    let faults = FaultCollector(file: "x")
    let document = try #require(Document(file: "x", bytes: Array("a = 1".utf8), faults: faults))
    let numbers = 0..<3 * KnownDocuments.documentsMaximum
    for number in numbers { known.remember(document, at: "\(number)", bytes: []) }
    let count = numbers.count { known.document(at: "\($0)", bytes: []) != nil }
    #expect(count > 0 && count <= KnownDocuments.documentsMaximum)
  }
}
