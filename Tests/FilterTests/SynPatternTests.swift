import Filter
import Testing

/// Signatures as people write them.
@Suite struct SynPatternTests {
  private static let linux = "4:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0"

  private func read(_ syn: SynBytes) throws -> SynFingerprint {
    let fingerprint = SynFingerprint(syn: syn.bytes.span)
    return try #require(fingerprint)
  }

  @Test func aFingerprintsOwnTextMatchesItAndHasItsHash() throws {
    var syns = [SynBytes(), SynBytes(), SynBytes(), SynBytes()]
    syns[1].options = SynBytes.macOptions
    (syns[2].isIPv6, syns[2].flowLabel) = (true, 3)
    (syns[3].options, syns[3].window, syns[3].payload) = ([], 1_024, [9])
    for syn in syns {
      let fingerprint = try read(syn)
      let exact = try SynPattern(text: fingerprint.description)
      let signature = try SynPattern(text: fingerprint.signature)
      #expect(exact.matches(fingerprint) && signature.matches(fingerprint))
      #expect(signature.hash == fingerprint.hash)
      #expect(exact.hash == nil || fingerprint.segmentSize == 0)
      for other in syns where other.bytes != syn.bytes {
        let fingerprint = try read(other)
        #expect(!signature.matches(fingerprint) && signature.hash != fingerprint.hash)
      }
    }
  }

  @Test(arguments: [
    "*:64:0:*:mss*44,7:mss,sok,ts,nop,ws:df,id+:0", "4:*:0:*:*,*:mss,sok,ts,nop,ws:df,id+:*",
    "4:64:0:1460:64240,7:mss,sok,ts,nop,ws:df,id+:0",
    "4:64:0:*:%1460,*:mss,sok,ts,nop,ws:df,id+:0",
  ])
  func openFieldsMatch(text: String) throws {
    let linux = try read(SynBytes())
    let pattern = try SynPattern(text: text)
    #expect(pattern.matches(linux) && pattern.hash == nil)
  }

  @Test func withTheVersionOpenOnlySharedQuirksCount() throws {
    var syn = SynBytes()
    (syn.isIPv6, syn.flowLabel, syn.window) = (true, 77, 64_240)
    let fingerprint = try read(syn)
    #expect(try SynPattern(text: "*" + Self.linux.dropFirst()).matches(fingerprint))
    #expect(try !SynPattern(text: "6" + Self.linux.dropFirst()).matches(fingerprint))
  }

  @Test(arguments: [
    "", "4", "5:64:0:*:*,*:mss::0", "4:63:0:*:*,*:mss::0", "4:64:x:*:*,*:mss::0",
    "4:64:0:99999:*,*:mss::0", "4:64:0:*:*:mss::0", "4:64:0:*:mss*,1:mss::0",
    "4:64:0:*:%0,1:mss::0", "4:64:0:*:*,*:mss,what::0", "4:64:0:*:*,*:?300::0",
    "4:64:0:*:*,*:mss:never:0", "4:64:0:*:*,*:mss::1", "4:64:0:*:*,*:mss,:df:0",
    "4:64:0:*:*,*:nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop,nop::0",
  ])
  func faultsSayWhatWouldBeRight(text: String) {
    let fault = #expect(throws: SynPatternFault.self) { try SynPattern(text: text) }
    #expect(fault?.problem.isEmpty == false && fault?.remedy.isEmpty == false)
  }
}
