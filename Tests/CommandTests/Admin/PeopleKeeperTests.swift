import Filter
import Foundation
import Kernel
import Telemetry
import Testing
import Wire

@testable import sallyport

/// What people said, kept over a restart.
@Suite struct PeopleKeeperTests {
  private static let own = SourceAddress(ipv4: 0xcb00_7107)
  private let directory: TemporaryDirectory

  init() throws {
    directory = try TemporaryDirectory()
  }

  private static func moment(_ seconds: UInt64) -> PeopleBook.Moment {
    PeopleBook.Moment(
      Instant(nanoseconds: (50 + seconds) * Nanoseconds.perSecond),
      wallSeconds: 1_800_000_000 + seconds
    )
  }

  private static func wish(_ wish: String, _ network: String, origin: String = "hand") -> EntryWish
  {
    EntryWish(wish: wish, network: network, seconds: 100, reason: "a 'reason'", origin: origin)
  }

  private func people(_ seconds: UInt64, _ tell: (JournalEvent) -> Void = { _ in }) -> People {
    let gate = GateSettings(transport: .ntcp2, endpoint: Endpoint(address: Self.own, port: 1))
    let store = StateStore.open(directory: directory.path, tell: tell)
    return People(gates: [gate], store: store, at: Self.moment(seconds), tell: tell)
  }

  @Test func aRestartKeepsAndForgets() throws {
    var people = people(0)
    for (word, network, origin) in [
      ("block", "198.51.100.0/24", "one"), ("block", "2001:db8::/48", "two"),
      ("allow", "198.51.100.7", "two"), ("block", "198.51.101.9", "one"),
    ] {
      _ = try people.enter(Self.wish(word, network, origin: origin), by: 7, at: Self.moment(0))
    }
    #expect(try people.undo(network: "198.51.101.9", origin: nil).count == 1)
    // Said anew: the later one counts.
    _ = try people.enter(Self.wish("block", "2001:db8::/48"), by: 8, at: Self.moment(20))
    people.finish()
    let before = people.book.entries

    var next = self.people(30)
    #expect(Set(next.book.entries.map(\.prefix)) == Set(before.map(\.prefix)))
    let again = try #require(next.book.entries.first { $0.prefix.name == "2001:db8::/48" })
    #expect(again.user == 8 && again.origin == "hand" && again.endsSeconds == 1_800_000_120)
    #expect(again.reason == "a 'reason'")
    #expect(try next.undo(network: nil, origin: "two").map(\.prefix.name) == ["198.51.100.7"])
    next.finish()
    #expect(self.people(30).book.entries.count == 2)

    var told: [JournalEvent] = []
    // What ended meanwhile is told, and forgotten.
    for _ in 0..<2 {
      let later = self.people(110) { told.append($0) }
      #expect(later.book.entries.map(\.prefix.name) == ["2001:db8::/48"])
      #expect(told.map(\.kind) == [.personEnded])
      later.finish()
    }
  }

  @Test func addressesOfTheGatesAreNeverBlocked() throws {
    var people = people(0)
    for network in ["203.0.113.7", "203.0.113.0/24", "127.0.0.1"] {
      var wish = Self.wish("block", network)
      wish.insists = true
      let message = Self.refusal { () throws(AdminRefusal) in
        _ = try people.enter(wish, by: 0, at: Self.moment(0))
      }
      #expect(message?.contains("an address of this host") == true, "\(message ?? "taken")")
    }
    #expect(people.book.entries.isEmpty)
  }

  @Test(arguments: [
    ("198.51.100.7/24", "write 198.51.100.0/24"), ("", "that is no address"),
    ("198.51.100", "that is no address"), ("198.51.100.0/33", "that is no address"),
    ("\u{1b}[2J", "that is no address"),
  ])
  func addressesAreReadStrictly(text: String, remedy: String) throws {
    var people = people(0)
    let message = Self.refusal { () throws(AdminRefusal) in
      _ = try people.enter(Self.wish("block", text), by: 0, at: Self.moment(0))
    }
    #expect(message?.contains(remedy) == true && message?.contains("\u{1b}") == false)
  }

  @Test func undoingNothingIsSaid() throws {
    var people = people(0)
    _ = try people.enter(Self.wish("block", "198.51.100.0/24"), by: 0, at: Self.moment(0))
    let inside = Self.refusal { () throws(AdminRefusal) in
      _ = try people.undo(network: "198.51.100.7", origin: nil)
    }
    #expect(inside?.contains("it lies in 198.51.100.0/24") == true)
    let origin = Self.refusal { () throws(AdminRefusal) in
      _ = try people.undo(network: nil, origin: "x\u{7}")
    }
    #expect(origin == "no entry has the origin x?")
    let neither = Self.refusal { () throws(AdminRefusal) in
      _ = try people.undo(network: nil, origin: nil)
    }
    #expect(neither != nil)
  }

  private static func refusal(_ body: () throws(AdminRefusal) -> Void) -> String? {
    do throws(AdminRefusal) {
      try body()
      return nil
    } catch {
      return error.message
    }
  }
}
