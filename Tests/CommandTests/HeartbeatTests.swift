import Testing

@testable import sallyport

@Suite("The heartbeat of the loops") struct HeartbeatTests {
  @Test("One loop that does not turn is enough to stop it, and it comes back with it")
  func aStuckLoop() {
    var heartbeat = Heartbeat()
    func isFelt(_ turns: [UInt64]) -> Bool { heartbeat.isFelt(turns) }
    var turns: [UInt64] = [0, 0, 0]
    #expect(isFelt(turns), "nobody has had a chance to turn yet")
    for _ in 0..<3 {
      turns = turns.map { $0 + 1 }
      #expect(isFelt(turns))
    }
    for _ in 0..<100 {
      turns[0] += 1
      turns[2] += 1
      #expect(!isFelt(turns))
    }
    turns[1] += 1
    #expect(isFelt(turns), "the others turned meanwhile, if not just now")
    #expect(!isFelt(turns))
  }
}
