import Testing
import Wire

@Suite("Java I2P's properties")
struct PropertyTextTests {
  private func value(in text: String) -> String? {
    let bytes = Array(text.utf8)
    return PropertyText.value(of: "key", in: bytes.span).map {
      String(decoding: bytes[$0], as: UTF8.self)
    }
  }

  @Test(
    "A value is found as Java I2P finds it",
    arguments: [
      ("key=a", "a"), ("key=a\n", "a"), ("key=a\r\n", "a"), ("x=1\nkey=a\ny=2\n", "a"),
      ("key= a b \t", "a b"), ("key=a=b==", "a=b=="), ("key=a # why", "a"), ("key=", ""),
      ("key=a\nkey=b\n", "b"), ("\n\n# c\n; d\nkey=a", "a"), ("keys=x\nkey=a", "a"),
    ]
  )
  func found(text: String, expected: String) {
    #expect(value(in: text) == expected)
  }

  @Test(
    "What does not set the key is passed over",
    arguments: [
      "", "\n", "key", "key:a", "#key=a", ";key=a", "keys=a", " key=a", "Key=a", "mykey=a",
    ]
  )
  func absent(text: String) {
    #expect(value(in: text) == nil)
  }

  @Test("A real router.config gives both of its NTCP2 keys")
  func routerConfiguration() throws {
    let bytes = try Corpus.bytes("RouterFiles/java/router.config")
    let key = PropertyText.value(of: "i2np.ntcp2.sp", in: bytes.span)
    let vector = PropertyText.value(of: "i2np.ntcp2.iv", in: bytes.span)
    let part = PropertyText.value(of: "i2np.ntcp2", in: bytes.span)
    #expect(key?.count == 44)
    #expect(vector.map { Array(bytes[$0]) } == Array("pRdGXM8vZ8yfal7ftF~7~Q==".utf8))
    #expect(part == nil)
  }
}
