import Testing
import Wire

@testable import Filter

/// What tables are said to have room for is what they have.
@Suite struct TableRoomTests {
  @Test(arguments: [1, 2, 3, 8] as [UInt32])
  func roomIsWhatTheTablesOfAllShardsHave(shards: UInt32) {
    var limits = LimitSettings()
    limits.sourceRecords = 100_000
    let table = SourceTable(capacity: limits.share(of: shards).sourceRecords)
    let places = limits.sourceRoom(shards: shards) / UInt64(shards)
    for number in 0..<places { _ = table.place(number << 1 | 1, now: .init(nanoseconds: 1)) }
    #expect(table.count == Int(places))
    for number in 0..<100 as Range<UInt64> {
      _ = table.place((number << 32 | 5) << 1 | 1, now: .init(nanoseconds: 1))
    }
    #expect(table.count == Int(places))

    let datagrams = DatagramLimits()
    let proven = TagTable(capacity: datagrams.share(of: shards).provenEndpoints)
    #expect(datagrams.provenRoom(shards: shards) == UInt64(proven.slotCount) * UInt64(shards))
    #expect(limits.replayRoom(shards: shards) >= UInt64(limits.replayRecords) - UInt64(shards))
  }
}
