import Testing

@testable import Telemetry

@Suite struct MarkupTests {
  @Test func textsAreEscapedAndPiecesAreNot() {
    let hostile = "<script>alert('x')</script>\" onload=\"y & z"
    let piece: Markup = "<b>\(hostile)</b>"
    let whole: Markup = "<p title=\"\(hostile)\">\(piece)\([piece, piece])\(7)</p>"
    let escaped =
      "&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;&quot; onload=&quot;y &amp; z"
    let bold = "<b>\(escaped)</b>"
    #expect(whole.text == "<p title=\"\(escaped)\">\(bold)\(bold)\(bold)7</p>")
  }

  @Test func whatTurnsOrHidesTextIsShownAsReplaced() {
    let piece: Markup = "\("a\u{202E}b\u{0}c\u{1B}[31md\u{2066}e\u{200F}f\u{85}g\nh")"
    #expect(
      piece.text == "a\u{FFFD}b\u{FFFD}c\u{FFFD}[31md\u{FFFD}e\u{FFFD}f\u{FFFD}g h"
    )
  }

  @Test(arguments: 0..<200)
  func nothingButTextComesOutOfAText(seed: UInt64) {
    var random = SeededRandom(state: seed)
    let alphabet = Array("<>&\"'/=a \u{0}\u{1F}\u{7F}\u{202E}é漢😀;#x".unicodeScalars)
    var text = ""
    for _ in 0..<Int.random(in: 0...40, using: &random) {
      if let scalar = alphabet.randomElement(using: &random) { text.unicodeScalars.append(scalar) }
    }
    let escaped = Markup.escaped(text)
    #expect(!escaped.contains { "<>\"'".contains($0) })
    // Back again, all that may be shown is there.
    var back = escaped
    for (entity, character) in [
      ("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&"),
    ] {
      back = back.split(separator: entity, omittingEmptySubsequences: false)
        .joined(separator: character)
    }
    let hidden: Set<Unicode.Scalar> = ["\u{0}", "\u{1F}", "\u{7F}", "\u{202E}"]
    let shown = String.UnicodeScalarView(
      text.unicodeScalars.map { hidden.contains($0) ? "\u{FFFD}" : $0 }
    )
    #expect(Array(back.unicodeScalars) == Array(shown))
  }
}

@Suite struct QuantityTests {
  @Test func numbersReadWell() {
    #expect(Quantity.count(0) == "0")
    #expect(Quantity.count(999) == "999")
    #expect(Quantity.count(1_234_567) == "1,234,567")
    #expect(Quantity.count(.max) == "18,446,744,073,709,551,615")
    #expect(Quantity.short(0) == "0")
    #expect(Quantity.short(0.0625) == "0.063")
    #expect(Quantity.short(1.5) == "1.5")
    #expect(Quantity.short(12.34) == "12.3")
    #expect(Quantity.short(999.7) == "1\u{202F}k")
    #expect(Quantity.short(20_480) == "20.5\u{202F}k")
    #expect(Quantity.digits(.infinity) == "0")
    #expect(Quantity.share(0, of: 0) == "–")
    #expect(Quantity.share(1, of: 3) == "33.3\u{202F}%")
    #expect(Quantity.share(99_999, of: 100_000) == "99.9\u{202F}%")
    #expect(Quantity.share(7, of: 7) == "100\u{202F}%")
    #expect(Quantity.duration(61_440) == "61.4\u{202F}µs")
    #expect(Quantity.duration(1 << 30) == "1.07\u{202F}s")
    #expect(Quantity.duration(12) == "12\u{202F}ns")
    #expect(Quantity.age(59_000_000_000) == "59\u{202F}s")
    #expect(Quantity.age(90_061_000_000_000) == "1\u{202F}d 1\u{202F}h")
    #expect(Quantity.moment(0) == "1970-01-01 00:00:00 UTC")
    #expect(Quantity.moment(951_782_400) == "2000-02-29 00:00:00 UTC")
    #expect(Quantity.moment(1_796_083_199) == "2026-11-30 23:59:59 UTC")
  }

  @Test(arguments: [0.0, 0.011, 0.9, 1, 1.01, 2, 3, 7, 11, 49_999, 50_001, 1e17])
  func anAxisEndsAboveAndNotFarAbove(number: Double) {
    let end = Quantity.axisEnd(number)
    #expect(end >= number && (end <= max(number, 0.004) * 2.51))
  }

  @Test func depthsOfColourRiseWithTheCount() {
    for most: UInt64 in [1, 2, 17, 1_000, .max] {
      #expect(HeatMap.depth(1, most) == 0)
      #expect(HeatMap.depth(most, most) <= HeatMap.depths - 1)
      #expect(HeatMap.depth(most, most) >= HeatMap.depth(most / 2 + 1, most))
    }
    #expect(HeatMap.depth(1_000, 1_000) == 4)
  }
}
