import Filter
import Testing

@testable import sallyport

/// What the protocols' own programs send first.
private let samples: [(rule: String, bytes: [UInt8])] = [
  (
    "stratum-monero",
    Array(#"{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4A"#.utf8)
  ),
  ("stratum-monero", Array(#"{"method": "login", "params": {"login": "x"}}"#.utf8)),
  ("stratum-monero", Array(#"{"jsonrpc": "2.0", "id": "a-7", "method": "login"}"#.utf8)),
  ("stratum-monero", Array(#"{"params":{"login":"4A"}}"#.utf8)),
  (
    "stratum-bitcoin",
    Array(#"{"id": 0, "method": "mining.subscribe", "params": ["cgminer/4.10.0"]}"#.utf8)
  ),
  ("stratum-bitcoin", Array(#"{"id":1,"method":"mining.configure","params":[["#.utf8)),
  ("stratum-bitcoin", Array(#"{"method": "mining.subscribe", "id": 1}"#.utf8)),
  (
    "stratum-bitcoin",
    Array(#"{"params": ["x/1"], "id": 1, "method": "mining.subscribe"}"#.utf8)
  ),
  (
    "stratum-ethereum",
    Array(#"{"id":1,"jsonrpc":"2.0","method":"eth_submitLogin","params":["0x"]}"#.utf8)
  ),
  ("stratum-ethereum", Array(#"{"worker":"eth1.0","jsonrpc":"2.0","params":["0x"]"#.utf8)),
  ("levin", [0x01, 0x21, 1, 1, 1, 1, 1, 1, 0xe2, 0, 0, 0, 0, 0, 0, 0, 1, 0xe9, 3, 0, 0]),
  ("bitcoin", [0xf9, 0xbe, 0xb4, 0xd9] + Array("version".utf8) + [0, 0, 0, 0, 0, 0x66, 0, 0, 0]),
  ("http", Array("GET / HTTP/1.1\r\nHost: 203.0.113.7\r\n\r\n".utf8)),
  ("http", Array("CONNECT www.example.org:443 HTTP/1.1\r\n".utf8)),
  ("http", Array("OPTIONS rtsp://203.0.113.7/ RTSP/1.0\r\n".utf8)),
  ("http", Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)),
  ("tls", [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3, 0x5a, 0xa5]),
  ("tls", [0x16, 3, 3, 0, 0xa5, 1, 0, 0, 0xa1, 3, 3, 0x5a, 0xa5]),
  ("ssh", Array("SSH-2.0-Go\r\n".utf8)),
  ("ssh", Array("SSH-1.99-OpenSSH\r\n".utf8)),
  ("smb", [0, 0, 0, 0x85, 0xff] + Array("SMBr".utf8) + [0, 0, 0, 0]),
  ("smb", [0, 0, 0, 0x66, 0xfe] + Array("SMB".utf8) + [0x40, 0, 0, 0]),
  (
    "rdp",
    [3, 0, 0, 0x2b, 0x26, 0xe0, 0, 0, 0, 0, 0] + Array("Cookie: mstshash=hello\r\n".utf8)
      + [1, 0, 8, 0, 3, 0, 0, 0]
  ),
  ("rdp", [3, 0, 0, 0x13, 0x0e, 0xe0, 0, 0, 0, 0, 0, 1, 0, 8, 0, 3, 0, 0, 0]),
  ("socks4", [4, 1, 0, 80, 93, 184, 216, 34, 0]),
  ("socks4", [4, 1, 1, 0xbb, 0, 0, 0, 1, 0] + Array("example.org".utf8) + [0]),
  ("socks5", [5, 2, 0, 2]),
  ("socks5", [5, 1, 0, 5, 1, 0, 1, 93, 184, 216, 34, 0, 80]),
  ("adb", Array("CNXN".utf8) + [0, 0, 0, 1, 0, 0, 4, 0, 0x1b, 0, 0, 0]),
  ("adb", Array("CNXN".utf8) + [1, 0, 0, 1, 0, 0, 0x10, 0, 7, 0, 0, 0]),
  ("telnet", [0xff, 0xfb, 0x1f, 0xff, 0xfd, 0x03, 0xff, 0xfb, 0x18]),
]

private func match(_ set: borrowing SignatureSet, _ bytes: some Sequence<UInt8>) -> SignatureMatch?
{
  let bytes = Array(bytes)
  return set.match(bytes.span)
}

@Suite struct ShippedRulesTests {
  private func load() throws -> LoadedRules {
    try RuleFiles.load(
      directory: repository + "/Rules",
      origin: Fault(file: "Rules", line: 1, problem: "", remedy: "")
    )
  }

  @Test func eachMatchesItsProtocolAndNeverSooner() throws {
    let rules = try load()
    let set = try SignatureSet(rules.definitions)
    for sample in samples {
      let hit = match(set, sample.bytes)
      #expect(hit.map { rules.definitions[$0.index].name } == sample.rule)
      var count = 0
      while match(set, sample.bytes.prefix(count)) == nil, count < sample.bytes.count { count += 1 }
      #expect(count >= 4, "\(sample.rule) matches after \(count) bytes")
    }
    let sampled = Set(samples.map(\.rule))
    for definition in rules.definitions { #expect(sampled.contains(definition.name)) }
  }

  @Test func eachIsImprobableEnoughAndTheTableIsSmall() throws {
    let rules = try load()
    let set = try SignatureSet(rules.definitions)
    for signature in rules.signatures { #expect(signature.chance <= SignatureLimits.chance) }
    let sum = rules.signatures.reduce(0) { $0 + $1.chance }
    #expect(set.chance <= sum * 1.000_001)
    #expect(set.byteCount < 1_048_576, "\(set.byteCount)")
  }

  /// Honest first flights are random bytes: none of sixteen million may match.
  @Test func noneMatchesRandomFlights() throws {
    let set = try SignatureSet(try load().definitions)
    var state: UInt64 = 0x5eed_2026_1122_0001
    var flights: [UInt8] = Array(repeating: 0, count: 65_536 * 64)
    var matches = 0
    var elapsed = Duration.zero
    for _ in 0..<256 {
      for index in stride(from: 0, to: flights.count, by: 8) {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        let word = (state ^ (state >> 29)) &* 0xbf58_476d_1ce4_e5b9
        for byte in 0..<8 { flights[index + byte] = UInt8(truncatingIfNeeded: word >> (8 * byte)) }
      }
      let all = flights.span
      elapsed += ContinuousClock().measure {
        for start in stride(from: 0, to: all.count, by: 64)
        where set.match(all.extracting(start..<(start + 64))) != nil {
          matches += 1
        }
      }
    }
    print("A random flight costs \(elapsed / (256 * 65_536)), the table \(set.byteCount) bytes.")
    #expect(matches == 0)
  }
}
