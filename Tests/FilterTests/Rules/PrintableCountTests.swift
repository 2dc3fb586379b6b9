import Testing

@testable import Filter

/// The share of text in a first flight, counted in strides.
@Suite struct PrintableCountTests {
  private static func isText(_ byte: UInt8) -> Bool {
    (0x20...0x7e).contains(byte) || byte == 0x09 || byte == 0x0a || byte == 0x0d
  }

  @Test func everyLengthIsCountedAsByteByByte() {
    var generator = SeededGenerator(seed: 61)
    for length in [0, 1, 7, 15, 16, 17, 100, 127, 128, 129, 255, 256, 300] {
      let bytes = (0..<length).map { _ in UInt8.random(in: 0...255, using: &generator) }
      #expect(bytes.span.printableCount(first: 256) == bytes.prefix(256).count(where: Self.isText))
    }
    for byte: UInt8 in 0...255 {
      let bytes = [UInt8](repeating: byte, count: 17)
      #expect(bytes.span.printableCount(first: 17) == (Self.isText(byte) ? 17 : 0), "\(byte)")
    }
  }
}
