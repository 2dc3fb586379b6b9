import Telemetry
import Testing
import Wire

@testable import sallyport

@Suite("Proven endpoints over a restart")
struct ProvenKeeperTests {
  private static let hour: UInt64 = 3_600 * Nanoseconds.perSecond
  private static let start = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)
  private static let later = start.advanced(byNanoseconds: hour)

  private static func endpoint(_ text: String) throws -> Endpoint {
    try #require(Endpoint(text))
  }

  private static func keeper(_ store: StateStore?) -> ProvenKeeper {
    ProvenKeeper(store: store, lifetimeNanoseconds: hour, now: start)
  }

  @Test("What is written comes back, the newest first, as long as it counts")
  func roundTrip() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    var keeper = Self.keeper(store)
    #expect(try keeper.restore(wallSeconds: 5_000) == [])
    keeper.note(try Self.endpoint("203.0.113.7:9222"), at: 4_000)
    keeper.note(try Self.endpoint("[2001:db8::1]:1"), at: 5_100)
    keeper.note(try Self.endpoint("203.0.113.7:9222"), at: 5_000)
    keeper.note(try Self.endpoint("198.51.100.1:65535"), at: 900)
    keeper.finish(Self.start, wallSeconds: 5_100, to: &told.journal)

    let entries = try Self.keeper(told.open(directory)).restore(wallSeconds: 5_200)
    #expect(
      entries.map { "\($0.endpoint) \($0.wallSeconds)" }
        == ["[2001:db8::1]:1 5100", "203.0.113.7:9222 5000"]
    )
    let rest = try Self.keeper(store).restore(wallSeconds: 5_100 + 3_600)
    #expect(rest.map(\.wallSeconds) == [5_100])
    var shorter = Self.keeper(store)
    shorter.reload(lifetimeNanoseconds: 150 * Nanoseconds.perSecond)
    #expect(try shorter.restore(wallSeconds: 5_200).map(\.wallSeconds) == [5_100])
    // A clock that was set back makes nobody proven for longer.
    #expect(
      try Self.keeper(store).restore(wallSeconds: 5_050).map(\.wallSeconds) == [5_050, 5_000]
    )
    #expect(told.events == [] && told.lines == [])
  }

  @Test("It writes at most once a minute, and only news")
  func pace() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    var keeper = Self.keeper(store)
    // What waits behind a batch sees it.
    func kept() throws -> Int { try Self.keeper(store).restore(wallSeconds: 10).count }
    keeper.note(try Self.endpoint("203.0.113.7:1"), at: 10)
    keeper.writeIfDue(Self.start, wallSeconds: 10, to: &told.journal)
    #expect(try kept() == 0)
    keeper.writeIfDue(Self.later, wallSeconds: 10, to: &told.journal)
    #expect(try kept() == 1)
    keeper.note(try Self.endpoint("203.0.113.7:2"), at: 10)
    keeper.writeIfDue(Self.later, wallSeconds: 10, to: &told.journal)
    #expect(try kept() == 1)
    keeper.finish(Self.later, wallSeconds: 10, to: &told.journal)
    #expect(try kept() == 2)
  }

  @Test("It is bounded, and the newest stay")
  func bounded() throws {
    let directory = try TemporaryDirectory()
    let told = Told()
    let store = try #require(told.open(directory))
    let most = ProvenKeeper.rowsMaximum
    var keeper = ProvenKeeper(store: store, lifetimeNanoseconds: .max, now: Self.start)
    for half in 0..<2 {
      for number in 0..<most {
        let address = SourceAddress(ipv4: UInt32(half * most + number))
        keeper.note(Endpoint(address: address, port: 1), at: UInt64(half * most + number))
      }
      keeper.finish(Self.start, wallSeconds: UInt64(2 * most), to: &told.journal)
    }
    let entries = try keeper.restore(wallSeconds: UInt64(2 * most))
    #expect(entries.count == most)
    #expect(entries.first?.wallSeconds == UInt64(2 * most - 1))
    #expect(entries.last?.wallSeconds == UInt64(most))
  }

  @Test("Without a store it keeps nothing and says nothing")
  func noStore() throws {
    let told = Told()
    var keeper = Self.keeper(nil)
    keeper.note(try Self.endpoint("203.0.113.7:1"), at: 10)
    keeper.writeIfDue(Self.later, wallSeconds: 10, to: &told.journal)
    keeper.finish(Self.later, wallSeconds: 10, to: &told.journal)
    #expect(try keeper.restore(wallSeconds: 10) == [])
    #expect(told.lines == [])
  }
}
