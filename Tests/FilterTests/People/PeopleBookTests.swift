import Testing
import Wire

@testable import Filter

/// What people said, its bounds, and the mistakes that it keeps them from.
@Suite struct PeopleBookTests {
  private static let own = [SourceAddress(ipv4: 0xcb00_7107)]
  private static let start = moment(0)

  private static func moment(_ seconds: UInt64, wall: UInt64? = nil) -> PeopleBook.Moment {
    PeopleBook.Moment(
      Instant(nanoseconds: (1_000 + seconds) * Nanoseconds.perSecond),
      wallSeconds: 1_800_000_000 + (wall ?? seconds)
    )
  }

  private static func entry(
    _ wish: PeopleWish,
    _ network: String,
    origin: String = "hand",
    reason: String = "because"
  ) throws -> PeopleEntry {
    PeopleEntry(
      wish,
      try #require(SourcePrefix(network)),
      origin: origin,
      reason: reason,
      user: 7,
      beganSeconds: 0,
      endsSeconds: 0
    )
  }

  private static func enter(
    _ book: inout PeopleBook,
    _ entry: PeopleEntry,
    seconds: UInt64 = 60,
    insists: Bool = false,
    at moment: PeopleBook.Moment = start
  ) throws(PeopleFault) -> (entered: PeopleEntry, replaced: PeopleEntry?) {
    try book.enter(entry, seconds: seconds, own: own, insists: insists, at: moment)
  }

  @Test func anEntryHoldsAndIsReplaced() throws {
    var book = PeopleBook()
    let first = try Self.enter(&book, Self.entry(.block, "198.51.100.0/24", reason: "one"))
    #expect(first.replaced == nil && first.entered.endsSeconds == 1_800_000_060)
    let again = try Self.enter(
      &book,
      Self.entry(.block, "198.51.100.0/24", reason: "two"),
      seconds: 120,
      at: Self.moment(10)
    )
    #expect(again.replaced == first.entered && book.entries == [again.entered])
    #expect(again.entered.beganSeconds == 1_800_000_010)
    #expect(book.count(.block) == 1 && book.count(.allow) == 0)
    let address = SourceAddress(ipv4: 0xc633_6409)
    #expect(book.entries(holding: address) == [again.entered])
    #expect(book.list.verdict(of: address) == .blocked)
  }

  static let refused: [(PeopleWish, String, PeopleFault, Bool)] = [
    (.block, "203.0.113.7", .own(own[0]), false),
    (.block, "203.0.0.0/16", .own(own[0]), false),
    (.block, "0.0.0.0/0", .own(own[0]), false),
    (.block, "10.1.2.3", .privateRange(PrivateRanges.all[1]), true),
    (.block, "172.0.0.0/8", .privateRange(PrivateRanges.all[2]), true),
    (.block, "fe80::1", .privateRange(PrivateRanges.all[8]), true),
    (.block, "8.0.0.0/8", .wide, true),
    (.block, "2001::/16", .wide, true),
    (.allow, "8.0.0.0/8", .wide, true),
  ]

  @Test(arguments: refused)
  func mistakesAreRefused(
    _ wish: PeopleWish,
    _ network: String,
    _ fault: PeopleFault,
    _ yields: Bool
  )
    throws
  {
    var book = PeopleBook()
    let entry = try Self.entry(wish, network)
    #expect(throws: fault) { try Self.enter(&book, entry) }
    #expect(book.entries.isEmpty && fault.yieldsToForce == yields)
    #expect(fault.description.contains("--force") == yields)
    if yields {
      _ = try Self.enter(&book, entry, insists: true)
      #expect(book.entries.count == 1)
    } else {
      #expect(throws: fault) { try Self.enter(&book, entry, insists: true) }
    }
  }

  @Test func whatIsAllowedIsNotBlocked() throws {
    var book = PeopleBook()
    let allowed = try Self.enter(&book, Self.entry(.allow, "198.51.100.0/24")).entered
    for network in ["198.51.100.0/24", "198.51.100.7"] {
      let entry = try Self.entry(.block, network)
      #expect(throws: PeopleFault.allowed(allowed)) {
        try Self.enter(&book, entry, insists: true)
      }
    }
    let around = try Self.entry(.block, "198.51.0.0/16")
    #expect(throws: PeopleFault.holdsAllowed(allowed)) { try Self.enter(&book, around) }
    _ = try Self.enter(&book, around, insists: true)
    #expect(book.list.verdict(of: SourceAddress(ipv4: 0xc633_6407)) == .allowed)
    #expect(book.list.verdict(of: SourceAddress(ipv4: 0xc633_0007)) == .blocked)
    // Allowing this host or a private network is no mistake.
    _ = try Self.enter(&book, Self.entry(.allow, "203.0.113.7"))
    _ = try Self.enter(&book, Self.entry(.allow, "10.0.0.0/24"))
  }

  static let words: [(String, String, PeopleFault)] = [
    ("", "hand", .reason), (String(repeating: "x", count: 201), "hand", .reason),
    ("a\nb", "hand", .reason), ("a\u{1b}[2J", "hand", .reason), ("a\u{202e}b", "hand", .reason),
    ("because", "", .origin), ("because", "Two words", .origin), ("because", "ünicode", .origin),
    ("because", String(repeating: "x", count: 33), .origin),
  ]

  @Test(arguments: words)
  func wordsAreHarmless(_ reason: String, _ origin: String, _ fault: PeopleFault) throws {
    var book = PeopleBook()
    let entry = try Self.entry(.block, "198.51.100.7", origin: origin, reason: reason)
    #expect(throws: fault) { try Self.enter(&book, entry, insists: true) }
  }

  @Test(arguments: [0, PeopleBounds.longestSeconds + 1, .max])
  func nothingIsForGood(seconds: UInt64) throws {
    var book = PeopleBook()
    let entry = try Self.entry(.block, "198.51.100.7")
    #expect(throws: PeopleFault.span) {
      try Self.enter(&book, entry, seconds: seconds, insists: true)
    }
  }

  @Test func entriesEndByWhicheverClockComesFirst() throws {
    var book = PeopleBook()
    _ = try Self.enter(&book, Self.entry(.block, "198.51.100.1"), seconds: 60)
    #expect(book.end(at: Self.moment(59)).isEmpty)
    // The wall clock was set back by a day.
    #expect(book.end(at: PeopleBook.Moment(Self.moment(60).now, wallSeconds: 1)).count == 1)
    #expect(book.entries.isEmpty)
    _ = try Self.enter(&book, Self.entry(.block, "198.51.100.2"), seconds: 60)
    // The host slept: its monotonic clock stood still.
    #expect(book.end(at: Self.moment(1, wall: 60)).map(\.prefix.name) == ["198.51.100.2"])
    #expect(book.list.count == 0)
  }

  @Test func undoIsByNetworkOrByOrigin() throws {
    var book = PeopleBook()
    for number in 1...6 {
      let entry = try Self.entry(
        number == 6 ? .allow : .block,
        "198.51.100.\(number)",
        origin: number.isMultiple(of: 2) ? "even" : "odd"
      )
      _ = try Self.enter(&book, entry)
    }
    #expect(book.undo(origin: "none").isEmpty)
    #expect(book.undo(origin: "even").map(\.prefix.name).sorted().map(\.last) == ["2", "4", "6"])
    #expect(book.entries.allSatisfy { $0.origin == "odd" } && book.entries.count == 3)
    #expect(book.undo(try #require(SourcePrefix("198.51.100.0/24"))).isEmpty)
    #expect(book.undo(try #require(SourcePrefix("198.51.100.3"))).count == 1)
  }

  @Test func thereIsAMost() throws {
    var book = PeopleBook()
    for number in 0..<PeopleBounds.entries {
      let address = SourceAddress(ipv4: 0x5000_0000 + UInt32(number))
      _ = try Self.enter(&book, Self.entry(.block, "\(address)"))
    }
    let more = try Self.entry(.block, "198.51.100.7")
    #expect(throws: PeopleFault.full) { try Self.enter(&book, more, insists: true) }
    // One that stands already may still be said anew.
    _ = try Self.enter(&book, Self.entry(.block, "80.0.0.0"))
  }

  /// A host without a clock of its own starts months early; then the clock is set.
  @Test func anEarlyClockEndsNothing() throws {
    var entry = try Self.entry(.block, "45.1.0.0/16")
    entry.beganSeconds = Self.start.wallSeconds + 100_000_000
    entry.endsSeconds = entry.beganSeconds + 600_000
    var book = PeopleBook(kept: [entry], at: Self.start)
    #expect(book.entries == [entry])
    #expect(book.end(at: Self.moment(20, wall: 100_300_000)).isEmpty)
    #expect(book.count == 1)
  }

  @Test func aRestartKeepsWhatHasNotEnded() throws {
    var kept = try ["198.51.100.1", "198.51.100.2", "198.51.100.3"].map {
      try Self.entry(.block, $0)
    }
    kept[0].endsSeconds = 1_800_000_000
    kept[1].endsSeconds = 1_800_000_030
    kept[2].endsSeconds = .max
    var book = PeopleBook(kept: kept, at: Self.start)
    #expect(book.entries.map(\.prefix.name) == ["198.51.100.2", "198.51.100.3"])
    #expect(book.entries[1].endsSeconds == 1_800_000_000 + PeopleBounds.longestSeconds)
    #expect(book.end(at: Self.moment(30)).count == 1)
  }
}

/// The compiled list against the plainest way to say the same.
@Suite struct PeopleListTests {
  private static func naive(_ entries: [PeopleEntry], _ address: SourceAddress) -> PeopleVerdict {
    let around = entries.filter { $0.prefix.contains(address) }
    if around.contains(where: { $0.wish == .allow }) { return .allowed }
    return around.isEmpty ? .unnamed : .blocked
  }

  private static func address(_ random: inout SeededGenerator) -> SourceAddress {
    // Few enough that networks hold each other often.
    let bits = UInt64.random(in: 0..<256, using: &random)
    return Bool.random(using: &random)
      ? SourceAddress(ipv4: 0x5000_0000 | UInt32(bits) << 4)
      : SourceAddress(high: 0x2001 << 48 | bits << 8, low: bits << 60)
  }

  @Test func allowingCountsMoreThanBlocking() {
    var random = SeededGenerator(seed: 11)
    for _ in 0..<300 {
      let entries = (0..<Int.random(in: 0...24, using: &random)).map { _ in
        let address = Self.address(&random)
        let length = UInt8.random(in: address.isIPv4 ? 18...32 : 40...128, using: &random)
        return PeopleEntry(
          Int.random(in: 0..<4, using: &random) == 0 ? .allow : .block,
          SourcePrefix(address, length: length),
          origin: "o",
          reason: "r",
          user: 0,
          beganSeconds: 0,
          endsSeconds: 0
        )
      }
      let list = PeopleList(entries)
      #expect(list.count == entries.count)
      for _ in 0..<100 {
        let address = Self.address(&random)
        #expect(list.verdict(of: address) == Self.naive(entries, address), "\(address)")
      }
    }
  }

  @Test func anEmptyListNamesNobody() {
    #expect(PeopleList().verdict(of: SourceAddress(ipv4: 1)) == .unnamed)
  }

  @Test func privateRangesAreThoseThatNoRuleRefuses() {
    for range in PrivateRanges.all {
      #expect(Features(source: range.address).exemption == .privateRange, "\(range)")
    }
    var random = SeededGenerator(seed: 5)
    for _ in 0..<20_000 {
      let address = SourceAddress(ipv4: UInt32.random(in: .min ... .max, using: &random))
      let isPrivate = PrivateRanges.overlapping(SourcePrefix(address, length: 32)) != nil
      #expect((Features(source: address).exemption == .privateRange) == isPrivate, "\(address)")
    }
  }
}
