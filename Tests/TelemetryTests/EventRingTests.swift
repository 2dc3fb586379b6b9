import Dispatch
import Telemetry
import Testing
import Wire

@Suite struct EventRingTests {
  @Test func everyEventComesOutAsItWentIn() {
    let ring = EventRing()
    let writer = ring.makeWriter()
    var reader = ring.makeReader()
    let events: [ShardEvent] = [
      .descriptorsShort(open: 1019),
      .routerUnreachable(errorNumber: 111),
      .routerUnreachable(errorNumber: -1),
      .routerBack(awayNanoseconds: .max),
      .stageChanged(from: 255, to: 0),
    ]
    for (index, event) in events.enumerated() {
      writer.write(event, at: Instant(nanoseconds: UInt64(index)))
    }
    for (index, event) in events.enumerated() {
      let next = reader.next()
      #expect(next?.event == event)
      #expect(next?.at == Instant(nanoseconds: UInt64(index)))
    }
    #expect(reader.next() == nil)
    #expect(reader.takeLost() == 0)
  }

  @Test func aFullRingDropsTheNewestAndCounts() {
    let ring = EventRing()
    let writer = ring.makeWriter()
    var reader = ring.makeReader()
    for number in 0..<EventRing.capacity + 10 {
      writer.write(.routerBack(awayNanoseconds: UInt64(number)), at: Instant(nanoseconds: 0))
    }
    #expect(reader.takeLost() == 10)
    #expect(reader.takeLost() == 0)
    for number in 0..<EventRing.capacity {
      #expect(reader.next()?.event == .routerBack(awayNanoseconds: UInt64(number)))
    }
    #expect(reader.next() == nil)
    writer.write(.stageChanged(from: 0, to: 1), at: Instant(nanoseconds: 0))
    #expect(reader.next()?.event == .stageChanged(from: 0, to: 1))
  }

  @Test func twoThreadsLoseNothingUncounted() async {
    let ring = EventRing()
    let rounds: UInt64 = 100_000
    DispatchQueue.global().async {
      let writer = ring.makeWriter()
      for number in 0..<rounds {
        writer.write(.routerBack(awayNanoseconds: number), at: Instant(nanoseconds: number))
      }
    }
    var reader = ring.makeReader()
    var read: UInt64 = 0
    var lost: UInt64 = 0
    var last: UInt64?
    while read + lost < rounds {
      while let (event, at) = reader.next() {
        #expect(event == .routerBack(awayNanoseconds: at.nanoseconds))
        if let last { #expect(at.nanoseconds > last) }
        last = at.nanoseconds
        read += 1
      }
      lost += reader.takeLost()
      await Task.yield()
    }
    #expect(read + lost == rounds)
  }
}
