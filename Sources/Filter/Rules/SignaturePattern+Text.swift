extension SignaturePattern {
  /// Reads a pattern as people write it in a rule file.
  ///
  /// Pieces follow each other, with spaces between them as one likes:
  /// - `"text"` or `` `text` ``: these bytes; `i"text"` in upper or lower case;
  /// - `f9 be b4 d9` or `f9beb4d9`: bytes in hexadecimal; `??` any byte;
  /// - `[30-39 "abc" space]`: one byte of a class, `[^ 00 ff]` one outside it;
  /// - `any`, `digit`, `letter`, `alphanumeric`, `space`, `printable`: one byte of that kind;
  /// - `{n}` or `{m,n}` behind a single byte or class: that many of them.
  /// - Throws: `SignatureTextFault` with the place in the text.
  public init(text: some Sequence<UInt8>) throws(SignatureTextFault) {
    var parser = SignatureTextParser(Array(text.prefix(SignatureLimits.textBytes + 1)))
    try parser.parse()
    self.init(parser.pieces)
  }
}

/// Reads the text of one pattern from front to back.
private struct SignatureTextParser {
  private(set) var pieces: [SignaturePiece] = []
  private let text: [UInt8]
  private var position = 0

  init(_ text: [UInt8]) {
    self.text = text
  }

  mutating func parse() throws(SignatureTextFault) {
    guard text.count <= SignatureLimits.textBytes else { throw fault(.tooLong) }
    var reach = 0
    var sets: [ByteSet] = []
    skipSpace()
    while position < text.count {
      let start = position
      sets.removeAll(keepingCapacity: true)
      try readUnit(into: &sets)
      guard let last = sets.last else { throw fault(.empty, at: start) }
      let repetition = try readRepetition()
      if let repetition {
        guard sets.count == 1 else { throw fault(.repeatedText, at: start) }
        pieces.append(
          SignaturePiece(
            last,
            minimum: repetition.lowerBound,
            maximum: repetition.upperBound
          )
        )
        reach += repetition.upperBound
      } else {
        pieces += sets.map { SignaturePiece($0) }
        reach += sets.count
      }
      guard reach <= SignatureLimits.patternBytes else { throw fault(.tooLong, at: start) }
      skipSpace()
    }
    guard pieces.contains(where: { $0.minimum > 0 }) else { throw fault(.empty, at: 0) }
  }

  private func fault(
    _ problem: SignatureTextFault.Problem,
    at place: Int? = nil
  ) -> SignatureTextFault {
    SignatureTextFault(column: (place ?? position) + 1, problem: problem)
  }

  private var current: UInt8? {
    position < text.count ? text[position] : nil
  }

  private func byte(at place: Int) -> UInt8? {
    place < text.count ? text[place] : nil
  }

  private mutating func skipSpace() {
    while let byte = current, byte == 0x20 || (0x09...0x0d).contains(byte) { position += 1 }
  }

  /// Reads text, a class or a word: a set for each byte that it stands for.
  private mutating func readUnit(into sets: inout [ByteSet]) throws(SignatureTextFault) {
    let ignoringCase =
      current == UInt8(ascii: "i") && byte(at: position + 1).map(Self.isQuote) == true
    if ignoringCase { position += 1 }
    guard let first = current else { throw fault(.unclosedText) }
    if Self.isQuote(first) {
      var bytes: [UInt8] = []
      try readText(into: &bytes)
      sets += bytes.map { ignoringCase ? Self.bothCases(of: $0) : ByteSet($0) }
    } else if first == UInt8(ascii: "[") {
      sets.append(try readClass())
    } else {
      try readWord(into: &sets)
    }
  }
}

// MARK: - Text and words

extension SignatureTextParser {
  private static func isQuote(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "`")
  }

  private static func bothCases(of byte: UInt8) -> ByteSet {
    var set = ByteSet(byte)
    let lower = byte | 0x20
    if (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(lower) {
      set.insert(lower)
      set.insert(lower & ~0x20)
    }
    return set
  }

  private static func digit(_ byte: UInt8?) -> UInt8? {
    switch byte {
    case .some(let byte) where (0x30...0x39).contains(byte): byte - 0x30
    case .some(let byte) where (0x61...0x66).contains(byte): byte - 0x61 + 10
    case .some(let byte) where (0x41...0x46).contains(byte): byte - 0x41 + 10
    default: nil
    }
  }

  private mutating func readText(into bytes: inout [UInt8]) throws(SignatureTextFault) {
    let start = position
    guard let quote = current else { throw fault(.unclosedText) }
    position += 1
    while let byte = current {
      if byte == quote {
        position += 1
        return
      }
      bytes.append(byte == UInt8(ascii: "\\") ? try readEscape() : byte)
      position += 1
    }
    throw fault(.unclosedText, at: start)
  }

  /// The byte that an escape stands for; leaves the position at the escape's last character.
  private mutating func readEscape() throws(SignatureTextFault) -> UInt8 {
    let start = position
    position += 1
    switch current {
    case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "`"):
      return text[position]
    case UInt8(ascii: "r"): return 0x0d
    case UInt8(ascii: "n"): return 0x0a
    case UInt8(ascii: "t"): return 0x09
    case UInt8(ascii: "0"): return 0
    case UInt8(ascii: "x"):
      guard let high = Self.digit(byte(at: position + 1)),
        let low = Self.digit(byte(at: position + 2))
      else { throw fault(.unknownEscape, at: start) }
      position += 2
      return high << 4 | low
    default:
      throw fault(.unknownEscape, at: start)
    }
  }

  private mutating func readWord(into sets: inout [ByteSet]) throws(SignatureTextFault) {
    let start = position
    while let byte = current, Self.isWordByte(byte) { position += 1 }
    let word = text[start..<position]
    if let named = Self.named(word) {
      sets.append(named)
      return
    }
    guard !word.isEmpty, word.count.isMultiple(of: 2) else { throw fault(.unknownWord, at: start) }
    for place in stride(from: start, to: position, by: 2) {
      let pair = text[place..<(place + 2)]
      if pair.elementsEqual("??".utf8) {
        sets.append(.all)
        continue
      }
      guard let high = Self.digit(text[place]), let low = Self.digit(text[place + 1]) else {
        throw fault(.unknownWord, at: place)
      }
      sets.append(ByteSet(high << 4 | low))
    }
  }

  private static func isWordByte(_ byte: UInt8) -> Bool {
    byte == UInt8(ascii: "?") || (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte)
      || (0x61...0x7a).contains(byte)
  }

  private static func named(_ word: ArraySlice<UInt8>) -> ByteSet? {
    var set = ByteSet()
    switch String(decoding: word, as: UTF8.self) {
    case "any":
      return .all
    case "digit":
      return ByteSet(0x30...0x39)
    case "letter":
      set.formUnion(ByteSet(0x41...0x5a))
      set.formUnion(ByteSet(0x61...0x7a))
    case "alphanumeric":
      set.formUnion(ByteSet(0x30...0x39))
      set.formUnion(ByteSet(0x41...0x5a))
      set.formUnion(ByteSet(0x61...0x7a))
    case "space":
      set.formUnion(ByteSet(0x09...0x0a))
      set.insert(0x0d)
      set.insert(0x20)
    case "printable":
      return ByteSet(0x20...0x7e)
    default:
      return nil
    }
    return set
  }
}

// MARK: - Classes and repetitions

extension SignatureTextParser {
  private mutating func readClass() throws(SignatureTextFault) -> ByteSet {
    let start = position
    position += 1
    skipSpace()
    let excluding = current == UInt8(ascii: "^")
    if excluding { position += 1 }
    var set = ByteSet()
    skipSpace()
    while let byte = current, byte != UInt8(ascii: "]") {
      set.formUnion(try readClassItem())
      skipSpace()
    }
    guard current != nil else { throw fault(.unclosedClass, at: start) }
    position += 1
    if excluding {
      var outside = ByteSet()
      for byte in UInt8.min...UInt8.max where !set.contains(byte) { outside.insert(byte) }
      set = outside
    }
    guard set.count > 0 else { throw fault(.emptyClass, at: start) }
    return set
  }

  private mutating func readClassItem() throws(SignatureTextFault) -> ByteSet {
    let start = position
    if let byte = current, Self.isQuote(byte) {
      var bytes: [UInt8] = []
      try readText(into: &bytes)
      return bytes.reduce(into: ByteSet()) { $0.insert($1) }
    }
    var sets: [ByteSet] = []
    try readWord(into: &sets)
    guard current == UInt8(ascii: "-") else {
      return sets.reduce(into: ByteSet()) { $0.formUnion($1) }
    }
    position += 1
    let afterDash = position
    guard let lower = Self.onlyByte(of: sets), Self.digit(current) != nil else {
      throw fault(.badRange, at: start)
    }
    sets.removeAll()
    try readWord(into: &sets)
    guard let upper = Self.onlyByte(of: sets), lower <= upper else {
      throw fault(.badRange, at: afterDash)
    }
    return ByteSet(lower...upper)
  }

  private static func onlyByte(of sets: [ByteSet]) -> UInt8? {
    guard sets.count == 1, let set = sets.first, set.count == 1 else { return nil }
    return (UInt8.min...UInt8.max).first(where: set.contains)
  }

  /// The numbers of a repetition; nil when there is none here.
  private mutating func readRepetition() throws(SignatureTextFault) -> ClosedRange<Int>? {
    guard current == UInt8(ascii: "{") else { return nil }
    let start = position
    position += 1
    guard let lower = readNumber() else { throw fault(.badRepetition, at: start) }
    var upper = lower
    if current == UInt8(ascii: ",") {
      position += 1
      guard let number = readNumber() else { throw fault(.badRepetition, at: start) }
      upper = number
    }
    guard current == UInt8(ascii: "}"), lower <= upper, upper > 0 else {
      throw fault(.badRepetition, at: start)
    }
    position += 1
    return lower...upper
  }

  /// A decimal number up to `SignatureLimits.patternBytes`.
  private mutating func readNumber() -> Int? {
    var value: Int?
    while let byte = current, (0x30...0x39).contains(byte) {
      let number = (value ?? 0) * 10 + Int(byte - 0x30)
      guard number <= SignatureLimits.patternBytes else { return nil }
      value = number
      position += 1
    }
    return value
  }
}
