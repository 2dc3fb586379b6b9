import Testing
import Wire

@testable import Filter

@Suite struct PrefixTextTests {
  @Test func linesAreReadAndBadOnesNamed() {
    let text = """
      # a list
      203.0.113.7
        198.51.100.0/24 \t# with a word
      2001:db8::/32 ; another
      \r
      198.51.100.7/24
      example.org
      1.2.3.4-1.2.3.9
      ::ffff:192.0.2.1
      2001:db8:1::/48\r
      """
    let list = PrefixListText(Array(text.utf8).span)
    #expect(
      list.prefixes.map(\.description) == [
        "203.0.113.7/32", "198.51.100.0/24", "2001:db8::/32", "192.0.2.1/32", "2001:db8:1::/48",
      ]
    )
    #expect(list.faults.map(\.line) == [6, 7, 8])
    #expect(list.faults.first?.problem == .hostBits(prefix("198.51.100.0/24")))
    #expect(list.faults.last?.problem == .unreadable)
    #expect(list.faultCount == 3)
  }

  @Test func faultsAreCountedAndNotAllKept() {
    let list = PrefixListText(Array(String(repeating: "x\n", count: 1_000).utf8).span)
    #expect(list.faults.count == PrefixListText.faultsMaximum)
    #expect(list.faultCount == 1_000)
  }

  @Test(arguments: [
    ":", ":::", "1:::2", "1::2::3", "1:2:3:4:5:6:7", "1:2:3:4:5:6:7:8:9", "1:2:3:4:5:6:7:8::",
    ":1:2:3:4:5:6:7", "1:2:3:4:5:6:7:", "12345::", "g::", "1.2.3", "1.2.3.4.5", "1.2.3.256",
    "1..2.3", ".1.2.3", "1.2.3.", "1.2.3.4/", "1.2.3.4/33", "1.2.3.4/+8", "::/129", "::1.2.3.4:5",
    "1:2:3:4:5:6:7:1.2.3.4", "/8", "1.2.3.4/8/8", "1.2.3.4/ 32", "::ffff:0:0/96",
  ])
  func whatIsNoNetworkIsRefused(text: String) {
    let bytes = Array(text.utf8)
    guard case .fault = PrefixText.read(bytes.span, 0..<bytes.count) else {
      Issue.record("\(text) was read")
      return
    }
  }

  /// Whatever is written by `description` is read back, and what is read agrees with the slower
  /// reader of strings.
  @Test func agreesWithTheReaderOfStrings() {
    let seed: UInt64 = 31_337
    var generator = SeededGenerator(seed: seed)
    for round in 0..<20_000 {
      let shift = generator.next() & 127
      let bits = UInt128(generator.next()) << 64 | UInt128(generator.next())
      let sparse = bits & (bits << UInt128(shift)) & ~(UInt128(generator.next()) << 32)
      let address =
        round & 1 == 0
        ? SourceAddress(ipv4: UInt32(truncatingIfNeeded: bits))
        : SourceAddress(
          high: UInt64(truncatingIfNeeded: sparse >> 64),
          low: UInt64(truncatingIfNeeded: sparse)
        )
      let length = UInt8(generator.next() % (address.isIPv4 ? 33 : 129))
      let prefix = SourcePrefix(address, length: length)
      let text = "\(prefix)"
      let bytes = Array(text.utf8)
      #expect(
        PrefixText.read(bytes.span, 0..<bytes.count) == .prefix(prefix),
        "seed \(seed), \(text)"
      )
    }
    let alphabet = Array("0123456789abf:::..//".utf8)
    for _ in 0..<200_000 {
      let bytes = (0..<Int(generator.next() % 14)).map { _ in
        alphabet[Int(generator.next() % UInt64(alphabet.count))]
      }
      guard case .prefix(let prefix) = PrefixText.read(bytes.span, 0..<bytes.count) else {
        continue
      }
      let text = String(decoding: bytes, as: UTF8.self)
      #expect(SourcePrefix(text) == prefix, "seed \(seed), \(text)")
    }
  }
}

#if !DEBUG
  /// The bound on time that a long list must not break.
  @Suite(.serialized) struct PrefixTextCostTests {
    @Test func aMillionLinesAreReadInASecond() {
      var generator = SeededGenerator(seed: 5)
      var text: [UInt8] = []
      for index in 0..<PrefixLimits.entries {
        let address =
          index & 3 == 0
          ? SourceAddress(high: generator.next(), low: generator.next())
          : SourceAddress(ipv4: UInt32(truncatingIfNeeded: generator.next()))
        text += Array("\(address)\n".utf8)
      }
      var count = 0
      let time = ContinuousClock().measure { count = PrefixListText(text.span).prefixes.count }
      print("A list of \(count) lines, \(text.count) bytes, is read in \(time).")
      #expect(count == PrefixLimits.entries)
      #expect(time <= .seconds(1))
    }
  }
#endif
