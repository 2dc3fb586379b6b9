import Testing

@testable import Lab

@Suite("Lines of a bench")
struct BenchLineTests {
  private func line(
    _ bound: BenchLine.Bound?,
    value: Double = 12,
    peer: Double? = 10
  ) -> BenchLine {
    BenchLine(
      name: "refuse",
      value: value,
      unit: "us",
      peer: peer.map { _ in "haproxy" },
      peerValue: peer,
      bound: bound,
      note: "a \"word\""
    )
  }

  @Test("A bound is kept or not, and without a peer a ratio is neither")
  func bounds() {
    #expect(line(.ratioAtMost(1.2)).isWithinBound == true)
    #expect(line(.ratioAtMost(1.1)).isWithinBound == false)
    #expect(line(.ratioAtLeast(1.3)).isWithinBound == false)
    #expect(line(.valueAtMost(12)).isWithinBound == true)
    #expect(line(.valueAtLeast(13)).isWithinBound == false)
    #expect(line(nil).isWithinBound == nil)
    #expect(line(.ratioAtMost(1), peer: nil).isWithinBound == nil)
    #expect(line(.ratioAtMost(1), peer: 0).isWithinBound == nil)
  }

  @Test("One object a line, what is missing is null")
  func json() {
    #expect(
      line(.ratioAtMost(1.1)).json
        == #"{"name":"refuse","value":12.0,"unit":"us","peer":"haproxy","peerValue":10.0,"#
        + #""ratio":1.2,"bound":1.1,"ok":false,"note":"a \"word\""}"#
    )
    #expect(
      line(nil, value: .infinity, peer: nil).json
        == #"{"name":"refuse","value":null,"unit":"us","peer":null,"peerValue":null,"#
        + #""ratio":null,"bound":null,"ok":null,"note":"a \"word\""}"#
    )
  }

  @Test("A table fits 100 columns, its notes wrap")
  func table() {
    var long = line(.ratioAtMost(1.1), value: 123_456.789)
    long.note = Array(repeating: "word", count: 60).joined(separator: " ")
    let text = BenchTable.text([long, line(nil, value: .infinity, peer: nil)])
    #expect(text.split(separator: "\n").allSatisfy { $0.count <= 100 })
    #expect(text.contains("123457"))
    #expect(text.contains("<= 1.1x  NO"))
  }

  @Test("The median of an even number is between the middle two")
  func median() {
    #expect(Median.of([3, 1, 2]) == 2)
    #expect(Median.of([4, 1, 3, 2]) == 2.5)
  }
}
