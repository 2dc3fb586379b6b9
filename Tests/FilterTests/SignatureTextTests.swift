import Filter
import Testing

@Suite struct SignatureTextTests {
  @Test(arguments: [
    ("\"ab\"", [97, 98]), ("`a\"b`", [97, 34, 98]), ("f9 BE b4d9", [0xf9, 0xbe, 0xb4, 0xd9]),
    ("\"\\r\\n\\t\\0\\\\\\\"\\x7f\"", [13, 10, 9, 0, 92, 34, 0x7f]),
    (" 01\n\t02{2} ", [1, 2, 2]), ("[01]{3}", [1, 1, 1]),
  ])
  func describesTheseBytes(text: String, bytes: [UInt8]) throws {
    let pieces = try pattern(text).pieces
    let described = pieces.flatMap { Array(repeating: $0.bytes, count: $0.maximum) }
    #expect(described == bytes.map { ByteSet($0) })
    #expect(pieces.allSatisfy { $0.minimum == $0.maximum })
  }

  @Test(arguments: [
    ("??", 256), ("any", 256), ("digit", 10), ("letter", 52), ("alphanumeric", 62), ("space", 4),
    ("printable", 95), ("[00-0f]", 16), ("[00-0f 0f 10]", 17), ("[\"abc\" digit]", 13),
    ("[^ 00]", 255), ("[^00-7f]", 128), ("i\"a\"", 2), ("i\"-\"", 1),
  ])
  func describesOneByteOfSoMany(text: String, count: Int) throws {
    let pieces = try pattern(text).pieces
    #expect(pieces.map(\.bytes.count) == [count])
  }

  @Test func runsHaveBounds() throws {
    #expect(try pattern("00 any{0,7}").pieces[1] == SignaturePiece(.all, minimum: 0, maximum: 7))
    #expect(try pattern("any{256}").longest == 256)
  }

  @Test(arguments: [
    ("", 1, SignatureTextFault.Problem.empty), ("   ", 1, .empty), ("any{0,3}", 1, .empty),
    ("\"\"", 1, .empty), ("00 xyz", 4, .unknownWord), ("0", 1, .unknownWord),
    ("00 (", 4, .unknownWord),
    ("0g", 1, .unknownWord), ("\"abc", 1, .unclosedText), ("00 `abc\"", 4, .unclosedText),
    ("\"a\\q\"", 3, .unknownEscape), ("\"\\x1\"", 2, .unknownEscape), ("\"\\", 2, .unknownEscape),
    ("00 [01 02", 4, .unclosedClass), ("[]", 1, .emptyClass), ("[^ any]", 1, .emptyClass),
    ("[05-01]", 5, .badRange), ("[any-05]", 2, .badRange), ("[05-]", 2, .badRange),
    ("00{", 3, .badRepetition), ("00{3,2}", 3, .badRepetition), ("00{0}", 3, .badRepetition),
    ("00{1,}", 3, .badRepetition), ("00{999999999999999999999}", 3, .badRepetition),
    ("\"ab\"{2}", 1, .repeatedText), ("0102{2}", 1, .repeatedText),
    ("any{256} 00", 10, .tooLong),
  ])
  func saysWhatIsWrongAndWhere(
    text: String,
    column: Int,
    problem: SignatureTextFault.Problem
  ) throws {
    let fault = try #require(throws: SignatureTextFault.self) { _ = try pattern(text) }
    #expect(fault.column == column)
    #expect(fault.problem == problem)
    #expect(!fault.explanation.isEmpty && !fault.remedy.isEmpty)
  }

  @Test func aVeryLongTextIsRefused() throws {
    let text = String(repeating: " ", count: 2_048) + "00"
    let fault = try #require(throws: SignatureTextFault.self) { _ = try pattern(text) }
    #expect(fault.problem == .tooLong)
  }
}
