import AllocationCounter
import Filter
import Glibc
import Kernel
import Telemetry
import Testing
import Wire

@testable import Proxy

/// A reload with lists of a million networks costs a shard no pause: they are compiled elsewhere,
/// and what they replace is freed elsewhere.
@Suite("Reload", .serialized) struct ReloadCostTests {
  #if DEBUG
    private static let networkCount: UInt32 = 20_000
  #else
    private static let networkCount: UInt32 = 1_000_000
  #endif

  private static func book() -> RuleBook {
    var book = RuleBook()
    // No two of them join to a larger one.
    let prefixes = (0..<networkCount).map {
      SourcePrefix(SourceAddress(ipv4: 0x1000_0000 &+ $0 &* 2), length: 32)
    }
    book.lists = [NamedPrefixes(name: "many", prefixes: prefixes)]
    var conditions = RuleConditions()
    conditions.source = SourceCondition(lists: ["many"])
    book.rules = [
      RuleDefinition(name: "listed", conditions: conditions, effect: .weight(1_000))
    ]
    return book
  }

  private static var ownNanoseconds: UInt64 {
    var time = timespec()
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
    return UInt64(time.tv_sec) * Nanoseconds.perSecond + UInt64(time.tv_nsec)
  }

  @Test("The longest turn over three reloads of a million networks")
  func pause() throws {
    var gate = try LoopbackGate(limits: .unthrottled, rules: Self.book())
    var (longest, compiling) = (UInt64(0), UInt64(0))
    for reload in 0..<3 {
      let begun = Self.ownNanoseconds
      let policy = try TestRouter.policy(limits: .unthrottled, rules: Self.book())
      compiling = max(compiling, Self.ownNanoseconds - begun)
      gate.mailbox.put(policy)
      for number in 0..<40 {
        let client = try gate.connect(
          from: 0x7f20_0001 + UInt32(reload * 64 + number) << 4,
          saying: [UInt8](repeating: UInt8(number), count: 200)
        )
        let before = Self.ownNanoseconds
        gate.turn()
        longest = max(longest, Self.ownNanoseconds - before)
        _ = consume client
      }
      // The control thread frees what was given back.
      gate.mailbox.tidy()
    }
    print("reload of \(Self.networkCount) networks: compiled in \(compiling / 1_000_000) ms,")
    print("the longest turn \(longest / 1_000) us of the shard's own time")
    #if !DEBUG
      #expect(longest < Nanoseconds.perMillisecond)
      #expect(compiling < 2 * Nanoseconds.perSecond)
    #endif
  }
}
