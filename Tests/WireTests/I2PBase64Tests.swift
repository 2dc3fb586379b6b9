import Testing
import Wire

@Suite("I2P base64")
struct I2PBase64Tests {
  private func encode(_ bytes: [UInt8]) -> String { I2PBase64.encode(bytes.span) }

  /// What decoding `text` to the start of `bytes` says and leaves there.
  private func decode(_ text: String, into bytes: [UInt8]) -> (count: Int?, bytes: [UInt8]) {
    let characters = Array(text.utf8)
    var bytes = bytes
    var destination = bytes.mutableSpan
    let count = I2PBase64.decode(characters.span, into: &destination)
    return (count, bytes)
  }

  @Test(
    "Known texts, both ways",
    arguments: [
      ("", []),
      ("Zg==", [0x66]),
      ("Zm8=", [0x66, 0x6f]),
      ("Zm9v", [0x66, 0x6f, 0x6f]),
      ("-~-~", [0xfb, 0xff, 0xbf]),
      ("~w==", [0xff]),
      ("AAAA", [0, 0, 0]),
      (
        "pRdGXM8vZ8yfal7ftF~7~Q==",
        [
          0xa5, 0x17, 0x46, 0x5c, 0xcf, 0x2f, 0x67, 0xcc, 0x9f, 0x6a, 0x5e, 0xdf, 0xb4, 0x5f, 0xfb,
          0xfd,
        ]
      ),
    ] as [(String, [UInt8])]
  )
  func knownTexts(text: String, bytes: [UInt8]) {
    #expect(I2PBase64.decode(text) == bytes)
    #expect(encode(bytes) == text)
  }

  @Test(
    "Anything else is refused",
    arguments: [
      "Z", "Zg", "Zg=", "Zg===", "Zm9vZ", "=", "====", "Z===", "Zg==Zg==", "Z=g=", "Zm9v====",
      "+/+/", "Zm9v\n", " Zm9v", "Zm9ö", "Zh==", "Zm9=", "~~==", "Zm 9",
    ]
  )
  func refused(text: String) {
    #expect(I2PBase64.decode(text) == nil)
  }

  @Test("Every length and every byte comes back")
  func roundTrip() {
    for count in 0...96 {
      let bytes = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 37 &+ count) }
      #expect(I2PBase64.decode(encode(bytes)) == bytes)
    }
    for byte in UInt8.min...UInt8.max {
      #expect(I2PBase64.decode(encode([byte])) == [byte])
    }
  }

  @Test("Exactly 64 characters stand for bits")
  func alphabet() {
    let accepted = (UInt8.min...UInt8.max).filter { character in
      let text = Array("AAA".utf8) + [character]
      var bytes: [UInt8] = [0, 0, 0]
      var destination = bytes.mutableSpan
      return I2PBase64.decode(text.span, into: &destination) == 3
    }
    #expect(accepted.count == 64)
  }

  @Test("A destination that is too small is refused, a larger one keeps its end")
  func destinations() {
    #expect(decode("Zm9v", into: [0, 0]).count == nil)
    let large = decode("Zm9v", into: [9, 9, 9, 9])
    #expect(large.count == 3)
    #expect(large.bytes == [0x66, 0x6f, 0x6f, 9])
  }
}
