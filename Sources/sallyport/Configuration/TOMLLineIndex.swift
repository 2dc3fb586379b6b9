/// On which line of a TOML text each key stands.
///
/// The TOML library knows lines of syntax errors only; this index serves messages about values that
/// are well-formed and wrong. It follows the text's structure and judges nothing, so on a text that
/// is not TOML its answers are useless but safe: it reads each byte once and never traps.
///
/// A path is written `gate[1].port`: tables and arrays of tables alike count from 0.
struct TOMLLineIndex: Sendable {
  /// The lines with an escaped zero byte in a string, which C strings cannot carry.
  private(set) var linesWithEscapedZero: [Int] = []

  private var lines: [String: Int] = [:]
  private var arrayCounts: [String: Int] = [:]
  private let text: [UInt8]
  private var position = 0
  private var line = 1

  /// The index of `text`, in UTF-8.
  init(_ text: [UInt8]) {
    self.text = text
    scan()
  }

  /// The line of `path`, or of the nearest table around it; 1 when nothing of it is in the text.
  func line(of path: String) -> Int {
    var path = path[...]
    while !path.isEmpty {
      if let line = lines[String(path)] { return line }
      path = path[..<(path.lastIndex { $0 == "." || $0 == "[" } ?? path.startIndex)]
    }
    return 1
  }

  private mutating func scan() {
    var table = ""
    skipToContent()
    while position < text.count {
      let start = position
      if current == UInt8(ascii: "[") {
        table = readHeader() ?? table
      } else {
        readPair(in: table, depth: 0)
      }
      if position == start { advance() }
      skipToContent()
    }
  }

  private mutating func note(_ path: String, line: Int) {
    if lines[path] == nil { lines[path] = line }
  }
}

// MARK: - Bytes

extension TOMLLineIndex {
  private var current: UInt8? {
    position < text.count ? text[position] : nil
  }

  private func follows(_ word: StaticString) -> Bool {
    guard word.utf8CodeUnitCount <= text.count - position else { return false }
    return text[position..<(position + word.utf8CodeUnitCount)].elementsEqual("\(word)".utf8)
  }

  private mutating func advance() {
    guard position < text.count else { return }
    if current == UInt8(ascii: "\n") { line += 1 }
    position += 1
  }

  private mutating func skipBlanks() {
    while let byte = current, byte == 0x20 || byte == 0x09 { advance() }
  }

  private mutating func skipLine() {
    while let byte = current, byte != UInt8(ascii: "\n") { advance() }
  }

  /// Skips blanks, line ends and comments.
  private mutating func skipToContent() {
    while let byte = current {
      switch byte {
      case 0x20, 0x09, 0x0a, 0x0d: advance()
      case UInt8(ascii: "#"): skipLine()
      default: return
      }
    }
  }
}

// MARK: - Tables and keys

extension TOMLLineIndex {
  /// Reads `[a.b]` or `[[a.b]]` and returns the table's path; nil when it is too deep to matter.
  private mutating func readHeader() -> String? {
    let headerLine = line
    advance()
    let isArray = current == UInt8(ascii: "[")
    if isArray { advance() }
    let parts = readKey()
    skipLine()
    guard let parts, let last = parts.last else { return nil }
    var path = parts.dropLast().reduce("") { newest(of: Self.join($0, $1)) }
    path = Self.join(path, last)
    guard isArray else {
      path = newest(of: path)
      note(path, line: headerLine)
      return path
    }
    let count = arrayCounts[path, default: 0]
    arrayCounts[path] = count + 1
    note(path, line: headerLine)
    note("\(path)[\(count)]", line: headerLine)
    return "\(path)[\(count)]"
  }

  private static func join(_ table: String, _ key: String) -> String {
    table.isEmpty ? key : "\(table).\(key)"
  }

  /// The last element of an array of tables, which a header without an index means.
  private func newest(of path: String) -> String {
    guard let count = arrayCounts[path] else { return path }
    return "\(path)[\(count - 1)]"
  }

  /// Reads a dotted key and stops behind it; nil when it has more parts than matter.
  private mutating func readKey() -> [String]? {
    var parts: [String] = []
    var count = 0
    while true {
      skipBlanks()
      let part = readKeyPart()
      count += 1
      if count <= ConfigurationLimits.depth { parts.append(part) }
      skipBlanks()
      guard current == UInt8(ascii: ".") else { break }
      advance()
    }
    return count <= ConfigurationLimits.depth ? parts : nil
  }

  private mutating func readKeyPart() -> String {
    let start = position
    if let byte = current, byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "'") {
      skipString()
      let inside = text[start..<position].dropFirst().dropLast()
      return String(decoding: inside, as: UTF8.self)
    }
    while let byte = current, Self.isBareKeyByte(byte) { advance() }
    return String(decoding: text[start..<position], as: UTF8.self)
  }

  private static func isBareKeyByte(_ byte: UInt8) -> Bool {
    (0x30...0x39).contains(byte) || (0x41...0x5a).contains(byte) || (0x61...0x7a).contains(byte)
      || byte == UInt8(ascii: "_") || byte == UInt8(ascii: "-")
  }

  /// Reads `key = value` into the table at path `table`.
  private mutating func readPair(in table: String, depth: Int) {
    let pairLine = line
    let parts = readKey()
    guard current == UInt8(ascii: "=") else { return }
    advance()
    var path = table
    for part in parts ?? [] {
      path = Self.join(path, part)
      note(path, line: pairLine)
    }
    readValue(at: path, depth: depth + 1)
  }
}

// MARK: - Values

extension TOMLLineIndex {
  private mutating func readValue(at path: String, depth: Int) {
    skipBlanks()
    switch current {
    case UInt8(ascii: "\""), UInt8(ascii: "'"):
      skipString()
    case UInt8(ascii: "[") where depth <= ConfigurationLimits.depth:
      readArray(at: path, depth: depth)
    case UInt8(ascii: "{") where depth <= ConfigurationLimits.depth:
      readInlineTable(at: path, depth: depth)
    default:
      skipBareValue()
    }
  }

  private mutating func readArray(at path: String, depth: Int) {
    var count = 0
    advance()
    skipToContent()
    while let byte = current, byte != UInt8(ascii: "]") {
      let start = position
      let element = "\(path)[\(count)]"
      note(element, line: line)
      readValue(at: element, depth: depth + 1)
      count += 1
      skipToContent()
      if current == UInt8(ascii: ",") { advance() }
      if position == start { advance() }
      skipToContent()
    }
    advance()
  }

  private mutating func readInlineTable(at path: String, depth: Int) {
    advance()
    skipToContent()
    while let byte = current, byte != UInt8(ascii: "}") {
      let start = position
      readPair(in: path, depth: depth)
      skipToContent()
      if current == UInt8(ascii: ",") { advance() }
      if position == start { advance() }
      skipToContent()
    }
    advance()
  }

  private mutating func skipBareValue() {
    while let byte = current {
      switch byte {
      case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), UInt8(ascii: "#"), 0x0a: return
      default: advance()
      }
    }
  }

  private mutating func skipString() {
    if follows("\"\"\"") {
      skipString(closedBy: "\"\"\"", escapes: true, spansLines: true)
    } else if follows("'''") {
      skipString(closedBy: "'''", escapes: false, spansLines: true)
    } else if follows("\"") {
      skipString(closedBy: "\"", escapes: true, spansLines: false)
    } else {
      skipString(closedBy: "'", escapes: false, spansLines: false)
    }
  }

  private mutating func skipString(closedBy quote: StaticString, escapes: Bool, spansLines: Bool) {
    let quoteByte = current
    for _ in 0..<quote.utf8CodeUnitCount { advance() }
    while let byte = current {
      if byte == UInt8(ascii: "\\"), escapes {
        if follows("\\u0000") || follows("\\U00000000") { linesWithEscapedZero.append(line) }
        advance()
        if current != nil { advance() }
      } else if follows(quote) {
        for _ in 0..<quote.utf8CodeUnitCount { advance() }
        // Up to two quotes may stand directly before the closing ones of a multi-line string.
        while spansLines, current == quoteByte { advance() }
        return
      } else if byte == UInt8(ascii: "\n"), !spansLines {
        return
      } else {
        advance()
      }
    }
  }
}
