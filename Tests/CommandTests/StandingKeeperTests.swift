import Filter
import Foundation
import GRDB
import Telemetry
import Testing
import Wire

@testable import sallyport

@Suite("What is known of sources, over a restart")
struct StandingKeeperTests {
  private static let hour: UInt64 = 3_600 * Nanoseconds.perSecond
  private static let start = Instant(nanoseconds: 50_000 * Nanoseconds.perSecond)
  private static let wall: UInt64 = 1_800_000_000
  private static let peer = SourceAddress(ipv4: 0xcb00_7107)

  private static func later(_ nanoseconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: nanoseconds)
  }

  /// A gate's book: it begins, learns, and ends.
  private struct Life: ~Copyable {
    let owner = StandingTableOwner(capacity: 4_096)
    var keeper: StandingKeeper
    let told: Told

    init(_ store: StateStore?, _ told: Told, now: Instant = start) {
      self.told = told
      keeper = StandingKeeper(owner, store: store, lifetimes: StandingLifetimes(), now: now)
    }

    mutating func note(
      _ outcomes: [SourceOutcome],
      of source: SourceAddress = peer,
      now: Instant = start
    ) {
      for outcome in outcomes { keeper.note(outcome, of: source, now: now, wallSeconds: wall) }
    }
  }

  @Test("Tests, failures and the last outcome come back, each as far as it still counts")
  func roundTrip() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    var first = Life(told.open(directory), told)
    let other = SourceAddress(high: 0x2001_0db8 << 32, low: 1)
    first.note([.passed(.handshake), .passed(.session), .passed(.listed), .failed(.stalled)])
    first.note([.passed(.dialled), .passed(.proven)], of: other)
    first.keeper.finish(Self.start, wallSeconds: Self.wall, to: &told.journal)

    // The next life's clock begins elsewhere.
    let now = Instant(nanoseconds: 77)
    var soon = Life(told.open(directory), told, now: now)
    try soon.keeper.restore(now, wallSeconds: Self.wall + 60)
    let facts = soon.owner.facts(of: Self.peer, now: now)
    #expect(StandingTest.allCases.filter(facts.holds) == [.handshake, .session])
    #expect(facts.failures == 1 && facts.earlier == .fail)
    let left = try #require(facts.end(.handshake)).nanoseconds(since: now) / Nanoseconds.perSecond
    #expect((86_400 - 60 - 240...86_400 + 240).contains(Int(left)), "\(left)")
    let others = soon.owner.facts(of: other, now: now)
    #expect(StandingTest.allCases.filter(others.holds) == [.proven, .dialled])

    var late = Life(told.open(directory), told, now: now)
    try late.keeper.restore(now, wallSeconds: Self.wall + 2 * 86_400)
    let rest = late.owner.facts(of: Self.peer, now: now)
    #expect(StandingTest.allCases.filter(rest.holds) == [.session])
    #expect(rest.failures == 0)
    #expect(!late.owner.facts(of: other, now: now).isAnything)
    #expect(told.events == [] && told.lines == [])
  }

  @Test("A clock that was set back makes nothing hold for longer than it may")
  func clockWentBack() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    var first = Life(told.open(directory), told)
    first.note([.passed(.handshake)])
    first.keeper.finish(Self.start, wallSeconds: Self.wall, to: &told.journal)
    var next = Life(told.open(directory), told)
    try next.keeper.restore(Self.start, wallSeconds: Self.wall - 30 * 86_400)
    let end = try #require(next.owner.facts(of: Self.peer, now: Self.start).end(.handshake))
    #expect(end.nanoseconds(since: Self.start) <= 24 * Self.hour + 240 * Nanoseconds.perSecond)
  }

  @Test("What would have held nearly as long is not written again")
  func onlyNews() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    var life = Life(store, told)
    func changes() throws -> Int {
      try store.read { try Int.fetchOne($0, sql: "SELECT total_changes()") } ?? 0
    }
    let before = try changes()
    life.note([.passed(.handshake)])
    life.keeper.keep(Self.later(Self.hour), wallSeconds: Self.wall, to: &told.journal)
    let once = try changes()
    #expect(once == before + 1)
    for minute in 0..<60 as Range<UInt64> {
      let now = Self.later(Self.hour + minute * 60 * Nanoseconds.perSecond)
      life.note([.passed(.handshake), .passed(.listed)], now: now)
      life.keeper.keep(now, wallSeconds: Self.wall, to: &told.journal)
    }
    #expect(try changes() == once)
    life.note([.failed(.peerLeft)], now: Self.later(3 * Self.hour))
    life.keeper.keep(Self.later(3 * Self.hour), wallSeconds: Self.wall, to: &told.journal)
    #expect(try changes() == once + 1)
    life.note([.passed(.handshake)], now: Self.later(12 * Self.hour))
    life.keeper.keep(Self.later(12 * Self.hour), wallSeconds: Self.wall, to: &told.journal)
    #expect(try changes() > once + 1)
  }

  @Test("The file is bounded: what ends first goes first, and what is over goes")
  func bounded() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    var life = Life(store, told)
    for number in 0..<6_000 as Range<UInt32> {
      let source = SourceAddress(ipv4: 0x0b00_0000 + number)
      let now = Self.later(UInt64(number) * Nanoseconds.perSecond * 10)
      life.note([.passed(.handshake)], of: source, now: now)
      guard number % 200 == 0 else { continue }
      life.keeper.keep(now, wallSeconds: Self.wall + UInt64(number) * 10, to: &told.journal)
    }
    let end = Self.later(60_000 * Nanoseconds.perSecond)
    life.keeper.finish(end, wallSeconds: Self.wall + 60_000, to: &told.journal)
    let count = try store.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM standing") }
    #expect(try #require(count) <= 4_096)
  }

  @Test("Trouble is told once, and what could not be written is written later")
  func trouble() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    var life = Life(store, told)
    var settings = GRDB.Configuration()
    settings.allowsUnsafeTransactions = true
    let holder = try DatabaseQueue(path: store.path, configuration: settings)
    try holder.inDatabase { try $0.execute(sql: "BEGIN EXCLUSIVE") }
    life.note([.passed(.handshake)])
    for hour in 1...3 as ClosedRange<UInt64> {
      life.keeper.keep(Self.later(hour * Self.hour), wallSeconds: Self.wall, to: &told.journal)
      // Stands behind the batch, so that its outcome is there.
      _ = try? store.read { _ in }
    }
    #expect(told.lines.count == 1)
    #expect(told.lines.first?.contains("state.sqlite") == true)
    try holder.inDatabase { try $0.execute(sql: "ROLLBACK") }
    life.keeper.keep(Self.later(4 * Self.hour), wallSeconds: Self.wall, to: &told.journal)
    life.keeper.finish(Self.later(4 * Self.hour), wallSeconds: Self.wall, to: &told.journal)
    var next = Life(store, told)
    try next.keeper.restore(Self.start, wallSeconds: Self.wall)
    #expect(next.owner.facts(of: Self.peer, now: Self.start).holds(.handshake))
    #expect(told.lines.count == 1)
  }

  @Test("Rows that nobody can have written are passed over")
  func nonsense() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    let end = Self.wall + 1_000
    try store.write { database in
      for (address, failures, outcome) in [
        ("not an address", 0, 0), ("203.0.113.9", 256, 0), ("203.0.113.10", -1, 0),
        ("203.0.113.7", 3, 60_000),
      ] {
        try database.execute(
          sql: "INSERT INTO standing VALUES (?, 0, -5, ?, 0, ?, ?, ?, ?, -7)",
          arguments: [address, end, end, failures, Int64.max, outcome]
        )
      }
    }
    var life = Life(store, told)
    try life.keeper.restore(Self.start, wallSeconds: Self.wall)
    for host in 7...10 as ClosedRange<UInt32> {
      let facts = life.owner.facts(of: SourceAddress(ipv4: 0xcb00_7100 + host), now: Self.start)
      #expect(!facts.isAnything)
    }
  }
}
