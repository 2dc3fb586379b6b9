import AllocationCounter
import Testing
import Wire

@testable import Filter

private func list(_ entries: [(SourcePrefix, UInt16)]) throws -> PrefixList {
  var source = PrefixListSource()
  for (prefix, value) in entries { try source.add([prefix], value: value) }
  return PrefixList(source)
}

@Suite struct PrefixListTests {
  @Test func theLongestNetworkCounts() throws {
    let list = try list([
      (prefix("203.0.113.0/24"), 1), (prefix("203.0.113.128/25"), 2), (prefix("203.0.113.200"), 3),
      (prefix("0.0.0.0/1"), 4), (prefix("2001:db8::/32"), 5), (prefix("2001:db8::7"), 6),
      (prefix("255.255.255.255"), 7), (prefix("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"), 8),
      (prefix("2001:db8:0:1::/64"), 9),
    ])
    let expected: [(String, UInt16)] = [
      ("203.0.113.1", 1), ("203.0.113.127", 1), ("203.0.113.128", 2), ("203.0.113.199", 2),
      ("203.0.113.200", 3), ("203.0.113.201", 2), ("203.0.114.0", 0), ("203.0.112.255", 0),
      ("0.0.0.0", 4), ("127.255.255.255", 4), ("128.0.0.0", 0), ("255.255.255.254", 0),
      ("255.255.255.255", 7), ("2001:db8::6", 5), ("2001:db8::7", 6), ("2001:db8::8", 5),
      ("2001:db8:0:1::", 9), ("2001:db8:0:2::", 5), ("2001:db9::", 0), ("2001:db7:ffff::", 0),
      ("::", 0), ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff", 8),
      ("ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe", 0),
    ]
    for (text, value) in expected { #expect(list.value(of: address(text)) == value, "\(text)") }
  }

  @Test func anEmptyListHoldsNobody() throws {
    let list = PrefixList(PrefixListSource())
    for text in ["0.0.0.0", "255.255.255.255", "::", "2001:db8::1"] {
      #expect(list.value(of: address(text)) == 0)
    }
    #expect(list.entryCount == 0)
  }

  @Test func everybodyIsAListAsWell() throws {
    let list = try list([(prefix("0.0.0.0/0"), 1), (prefix("::/0"), 2)])
    #expect(list.value(of: address("255.255.255.255")) == 1)
    #expect(list.value(of: address("0.0.0.0")) == 1)
    #expect(list.value(of: address("ffff::")) == 2)
    #expect(list.value(of: address("::")) == 2)
  }

  @Test(arguments: [UInt64(20_261_122), 7, 99, 1_234_567])
  func agreesWithANaiveScan(seed: UInt64) throws {
    var generator = SeededGenerator(seed: seed)
    for round in 0..<60 {
      let entries = Self.entries(&generator, count: Int.random(in: 1...120, using: &generator))
      let list = try list(entries)
      for _ in 0..<200 {
        let address = Self.asked(&generator, near: entries)
        let expected = Self.naive(entries, address)
        #expect(
          list.value(of: address) == expected,
          "seed \(seed), round \(round), \(address) in \(entries.map { "\($0.0)=\($0.1)" })"
        )
      }
    }
  }

  @Test func moreThanAMillionAreRefused() throws {
    var source = PrefixListSource()
    try source.add(
      (0..<UInt32(PrefixLimits.entries)).lazy.map {
        SourcePrefix(SourceAddress(ipv4: $0 << 8), length: 32)
      },
      value: 1
    )
    #expect(throws: PrefixListFault.tooMany) {
      try source.add([prefix("203.0.113.7")], value: 1)
    }
  }

  private static func naive(
    _ entries: [(SourcePrefix, UInt16)],
    _ address: SourceAddress
  ) -> UInt16 {
    entries.filter { $0.0.contains(address) }.max { ($0.0.length, $0.1) < ($1.0.length, $1.1) }?.1
      ?? 0
  }

  /// Networks in a narrow space, so that they lie in each other, touch and repeat.
  private static func entries(
    _ generator: inout SeededGenerator,
    count: Int
  ) -> [(SourcePrefix, UInt16)] {
    (0..<count).map { _ in
      let value = UInt16.random(in: 1...5, using: &generator)
      let bits = UInt64.random(in: 0...0xfff, using: &generator)
      switch Int.random(in: 0..<4, using: &generator) {
      case 0:
        let length = UInt8.random(in: 20...32, using: &generator)
        let address = SourceAddress(ipv4: 0xcb00_0000 | UInt32(bits))
        return (SourcePrefix(address, length: length), value)
      case 1:
        let length = UInt8.random(in: 0...32, using: &generator)
        let address = SourceAddress(ipv4: .max << UInt32(bits & 31))
        return (SourcePrefix(address, length: length), value)
      case 2:
        let length = UInt8.random(in: 52...128, using: &generator)
        let address = SourceAddress(high: 0x2001_0db8_0000_0000 | bits & 7, low: bits >> 3)
        return (SourcePrefix(address, length: length), value)
      default:
        let length = UInt8.random(in: 1...128, using: &generator)
        let address = SourceAddress(high: .max << (bits & 63), low: .max << (bits >> 6))
        return (SourcePrefix(address, length: length), value)
      }
    }
  }

  /// An edge of one of the networks, one beside it, or one inside.
  private static func asked(
    _ generator: inout SeededGenerator,
    near entries: [(SourcePrefix, UInt16)]
  ) -> SourceAddress {
    let prefix = entries[Int.random(in: 0..<entries.count, using: &generator)].0
    let isIPv4 = prefix.address.isIPv4
    let width = isIPv4 ? 32 : 128
    let first =
      isIPv4
      ? UInt128(prefix.address.ipv4)
      : UInt128(prefix.address.high) << 64 | UInt128(prefix.address.low)
    let last = first | (UInt128(1) << UInt128(width - Int(prefix.length))) &- 1
    let span = last &- first
    let inside = first &+ UInt128(generator.next()) % (span == .max ? .max : span &+ 1)
    let picks = [first, first &- 1, last, last &+ 1, inside, UInt128(generator.next())]
    let picked = picks[Int.random(in: 0..<picks.count, using: &generator)]
    if isIPv4 { return SourceAddress(ipv4: UInt32(truncatingIfNeeded: picked)) }
    return SourceAddress(
      high: UInt64(truncatingIfNeeded: picked >> 64),
      low: UInt64(truncatingIfNeeded: picked)
    )
  }
}

/// The bounds on time that the size of a list must not break.
@Suite(.serialized) struct PrefixListCostTests {
  enum Kind: String, CaseIterable, Sendable {
    case hostsOfIPv4, networksOfIPv4, networksOfIPv6, hostsOfIPv6, mixed

    /// What a look-up in a million may take: 81 MB of whole IPv6 addresses lie beyond the cache, so
    /// it waits for memory twice.
    var lookUpNanoseconds: Double { self == .hostsOfIPv6 ? 200 : 100 }
  }

  private static func prefix(_ kind: Kind, _ generator: inout SeededGenerator) -> SourcePrefix {
    switch kind {
    case .hostsOfIPv4:
      return SourcePrefix(
        SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next())),
        length: 32
      )
    case .networksOfIPv4:
      return SourcePrefix(
        SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next())),
        length: UInt8.random(in: 16...24, using: &generator)
      )
    case .networksOfIPv6:
      let high = 0x2000_0000_0000_0000 | generator.next() >> 3
      return SourcePrefix(
        SourceAddress(high: high, low: 0),
        length: UInt8.random(in: 32...64, using: &generator)
      )
    case .hostsOfIPv6:
      let high = 0x2000_0000_0000_0000 | generator.next() >> 3
      return SourcePrefix(SourceAddress(high: high, low: generator.next()), length: 128)
    case .mixed:
      let kinds: [Kind] = [.hostsOfIPv4, .hostsOfIPv4, .networksOfIPv4, .networksOfIPv6]
      return prefix(kinds[Int(generator.next() & 3)], &generator)
    }
  }

  #if !DEBUG
    @Test(arguments: Kind.allCases)
    func aMillionCompileInASecondAndAreFoundAtOnce(kind: Kind) throws {
      var generator = SeededGenerator(seed: 4_711)
      let prefixes = (0..<PrefixLimits.entries).map { _ in Self.prefix(kind, &generator) }
      let asked = (0..<1 << 20).map { index -> SourceAddress in
        let prefix = prefixes[Int(generator.next() % UInt64(prefixes.count))]
        guard index & 1 == 0 else { return prefix.address }
        return prefix.address.isIPv4
          ? SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next()))
          : SourceAddress(high: prefix.address.high ^ generator.next() >> 40, low: generator.next())
      }
      let clock = ContinuousClock()
      let began = clock.now
      var source = PrefixListSource()
      try source.add(prefixes, value: 1)
      let list = PrefixList(source)
      let compiling = clock.now - began
      var found = 0
      let addresses = asked.span
      let timing = BatchTiming.measure(asked.count, batch: 8_192) { range in
        for index in range { found += list.value(of: addresses[index]) != 0 ? 1 : 0 }
      }
      print("\(kind.rawValue): a million networks compile in \(compiling),", terminator: " ")
      print("take \(list.byteCount) bytes, and a look-up takes \(timing).")
      #expect(found > asked.count / 2)
      #expect(timing.cost == .none)
      #expect(compiling <= .seconds(1))
      #expect(timing.best <= kind.lookUpNanoseconds)
    }
  #endif
}
