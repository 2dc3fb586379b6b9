import Testing

@testable import Filter

@Suite struct RuleTextTests {
  @Test(arguments: [
    (">= 60%", FeatureUnit.percent, UInt32(60), UInt32.max), ("< 64", .count, 0, 63),
    ("<=64", .count, 0, 64), ("> 2s", .milliseconds, 2_001, .max), ("= 3", .count, 3, 3),
    ("3", .count, 3, 3), ("3..8", .count, 3, 8), ("20 .. 50ms", .microseconds, 20_000, 50_000),
    ("> 0.5s", .milliseconds, 501, .max), ("< 1.5ms", .microseconds, 0, 1_499),
    ("> 10/m", .perMinute, 11, .max), (">= 1/s", .perMinute, 60, .max),
    ("< 1m", .milliseconds, 0, 59_999), (">=0", .count, 0, .max),
    ("<= 4294967295", .count, 0, .max), ("100us..2ms", .microseconds, 100, 2_000),
  ])
  func aComparisonIsARange(text: String, unit: FeatureUnit, low: UInt32, high: UInt32) throws {
    #expect(try FeatureRange(text: text, unit: unit) == FeatureRange(low, high))
  }

  @Test(arguments: [
    ("", FeatureUnit.count), (">", .count), ("> x", .count), ("> 1.5", .count), ("> -1", .count),
    ("> 2s", .count), ("> 2", .milliseconds), ("> 101%", .percent), ("> 100%", .percent),
    ("< 0", .count), ("> 4294967295", .count), ("> 4294967296", .count), ("8..3", .count),
    ("3..", .count), ("..3", .count), (">> 3", .count), ("> 1.2345s", .milliseconds),
    ("> .5s", .milliseconds), ("> 5.s", .milliseconds), ("> 10/h", .perMinute),
    ("> 0.0001s", .milliseconds), ("> 99999999999999999999", .count), ("> 3 4 5 x", .count),
    (String(repeating: "9", count: 65), .count), ("> 0.5ms", .milliseconds), ("> 3é", .count),
  ])
  func whatIsNoComparisonIsRefusedWithARemedy(text: String, unit: FeatureUnit) {
    let fault = #expect(throws: RuleTextFault.self) {
      _ = try FeatureRange(text: text, unit: unit)
    }
    #expect(fault?.problem.isEmpty == false)
    #expect(fault?.remedy.isEmpty == false)
  }

  @Test(arguments: [
    ("8/2m per /32", UInt32(8), UInt64(120), RuleLimit.Scope.prefix(ipv4: 32, ipv6: 64)),
    ("100/1s per /24", 100, 1, .prefix(ipv4: 24, ipv6: 48)),
    ("100/1s per /24 /56", 100, 1, .prefix(ipv4: 24, ipv6: 56)),
    ("5/1h per /64", 5, 3_600, .prefix(ipv4: 32, ipv6: 64)),
    ("50/10s per gate", 50, 10, .gate), ("1/24h per /32", 1, 86_400, .prefix(ipv4: 32, ipv6: 64)),
  ])
  func aLimitIsRead(text: String, count: UInt32, seconds: UInt64, scope: RuleLimit.Scope) throws {
    let limit = try RuleLimit(text: text)
    #expect(limit.count == count)
    #expect(limit.periodNanoseconds == seconds * 1_000_000_000)
    #expect(limit.scope == scope)
    #expect(try RuleLimit(text: limit.description) == limit)
  }

  @Test(arguments: [
    "", "8", "8/2m", "8/2m /32", "0/2m per /32", "8/0s per /32", "8/2d per /32", "8/2m per /33 /64",
    "8/2m per /129", "8/2m per /0", "8/2m per 32", "8/2m per gate /32", "8/25h per /32",
    "8/.5s per /32", "-1/2m per /32", "8/2m per /24 /48 /64", "4294967296/2m per /32",
    "8/99999999999999h per /32", "4294967295/1ms per /32",
  ])
  func whatIsNoLimitIsRefused(text: String) {
    #expect(throws: RuleTextFault.self) { _ = try RuleLimit(text: text) }
  }

  @Test func aPartOfASecondIsExact() throws {
    #expect(try RuleLimit(text: "3/0.5s per gate").periodNanoseconds == 500_000_000)
    #expect(try RuleLimit(text: "3/250ms per gate").periodNanoseconds == 250_000_000)
  }
}
