/// Reads one table of a document key by key and notes what is wrong.
///
/// A key that is absent leaves its default; a key that is wrong is a fault and leaves the default
/// as well, so that reading goes on and the other faults are found. `finish` notes keys nobody
/// asked for.
struct TableReader {
  /// What messages call the table, e.g. `[limits]`.
  let name: String
  /// The table's line.
  let line: Int
  /// Where faults go.
  let faults: FaultCollector

  private let entries: [String: DocumentNode]
  private var asked: [String] = []

  /// A reader of `entries`.
  init(name: String, line: Int, entries: [String: DocumentNode], faults: FaultCollector) {
    self.name = name
    self.line = line
    self.entries = entries
    self.faults = faults
  }

  /// The line of `key`, or the table's line when the key is absent.
  func line(of key: String) -> Int {
    entries[key]?.line ?? line
  }

  /// Whether `key` is written.
  func has(_ key: String) -> Bool {
    entries[key] != nil
  }

  /// Whether nothing but some of `keys` is written.
  func holdsOnly(_ keys: [String]) -> Bool {
    entries.keys.allSatisfy(keys.contains)
  }

  /// What is written for `key`, as TOML; empty when it is absent.
  func text(of key: String) -> String {
    entries[key]?.text ?? ""
  }

  /// Notes that `key` has a wrong value.
  func refuse(_ key: String, _ problem: String, _ remedy: String) {
    faults.note(line: line(of: key), "\(key): \(problem)", remedy)
  }

  /// Notes every key that was not asked for.
  func finish() {
    for (key, node) in entries where !asked.contains(key) {
      let remedy =
        nearest(to: key).map { "did you mean \($0)?" }
        ?? "remove it; known here: \(asked.joined(separator: ", "))"
      let kind = node.holdsTables ? "table" : "key"
      faults.note(line: node.line, "unknown \(kind) \(key) in \(name)", remedy)
    }
  }
}

// MARK: - Values

extension TableReader {
  /// The string of `key`; nil when it is absent or wrong.
  mutating func string(_ key: String) -> String? {
    guard let node = take(key) else { return nil }
    if case .string(let text) = node.value { return text }
    refuse(key, "is \(node.kind), not a string", "put it in quotes")
    return nil
  }

  /// The string of `key` as one of `words`; nil when it is absent or wrong.
  mutating func choice<Choice>(
    _ key: String,
    of words: KeyValuePairs<String, Choice>
  ) -> Choice? {
    guard let text = string(key) else { return nil }
    if let match = words.first(where: { $0.key == text }) { return match.value }
    let known = words.map { "\"\($0.key)\"" }.joined(separator: ", ")
    refuse(key, "unknown value \"\(text)\"", "write one of \(known)")
    return nil
  }

  /// The whole number of `key`, in `range`; nil when it is absent or wrong.
  mutating func integer(_ key: String, in range: ClosedRange<Int>) -> Int? {
    guard let node = take(key) else { return nil }
    guard case .integer(let number) = node.value else {
      refuse(key, "is \(node.kind), not a whole number", "write a number without quotes")
      return nil
    }
    guard range.contains(number) else {
      let remedy = "write \(range.lowerBound) to \(range.upperBound)"
      refuse(key, "\(number) is out of range", remedy)
      return nil
    }
    return number
  }

  /// The number of seconds of `key`, whole or decimal, in `range`; nil when it is absent or wrong.
  mutating func seconds(_ key: String, in range: ClosedRange<Double>) -> Double? {
    guard let node = take(key) else { return nil }
    let seconds: Double
    switch node.value {
    case .integer(let number): seconds = Double(number)
    case .number(let number): seconds = number
    default:
      refuse(key, "is \(node.kind), not a number of seconds", "write a number without quotes")
      return nil
    }
    guard range.contains(seconds) else {
      let remedy = "write \(range.lowerBound) to \(range.upperBound) seconds"
      refuse(key, "\(seconds) is out of range", remedy)
      return nil
    }
    return seconds
  }

  /// The absolute path of `key`; nil when it is absent or wrong.
  mutating func path(
    _ key: String,
    maximumBytes: Int = ConfigurationLimits.pathBytes
  ) -> String? {
    guard let text = string(key) else { return nil }
    guard text.hasPrefix("/") else {
      refuse(key, "\"\(text)\" is not an absolute path", "begin it with /")
      return nil
    }
    guard text.utf8.count <= maximumBytes else {
      refuse(key, "the path is longer than \(maximumBytes) bytes", "use a shorter one")
      return nil
    }
    return text
  }

  /// The strings of an array; nil when it is absent or wrong.
  mutating func strings(_ key: String) -> [(text: String, line: Int)]? {
    guard let node = take(key) else { return nil }
    guard case .array(let elements) = node.value else {
      refuse(key, "is \(node.kind), not an array of strings", "write [\"…\", \"…\"]")
      return nil
    }
    var strings: [(String, Int)] = []
    for element in elements {
      guard case .string(let text) = element.value else {
        faults.note(
          line: element.line,
          "\(key): holds \(element.kind), not only strings",
          "put each in quotes"
        )
        return nil
      }
      strings.append((text, element.line))
    }
    return strings
  }

  /// The strings of an array, or the one string that stands in its stead; at least one. Nil when
  /// the key is absent or wrong.
  mutating func texts(_ key: String) -> [(text: String, line: Int)]? {
    if let node = entries[key], case .string(let text) = node.value {
      _ = take(key)
      return [(text, node.line)]
    }
    guard let texts = strings(key) else { return nil }
    guard !texts.isEmpty else {
      refuse(key, "is an empty array, which nothing meets", "name something, or leave the key out")
      return nil
    }
    return texts
  }

  /// The truth value of `key`; nil when it is absent or wrong.
  mutating func boolean(_ key: String) -> Bool? {
    guard let node = take(key) else { return nil }
    if case .boolean(let value) = node.value { return value }
    refuse(key, "is \(node.kind), not true or false", "write true or false without quotes")
    return nil
  }

  /// The number of `key` in thousandths, at most `maximum` either way; nil when it is absent or
  /// wrong.
  mutating func thousandths(_ key: String, maximum: Int32) -> Int32? {
    guard let node = take(key) else { return nil }
    let number: Double
    switch node.value {
    case .integer(let whole): number = Double(whole)
    case .number(let decimal): number = decimal
    default:
      refuse(key, "is \(node.kind), not a number", "write a number without quotes")
      return nil
    }
    let scaled = (number * 1_000).rounded()
    guard scaled.magnitude <= Double(maximum) else {
      let bound = maximum / 1_000
      refuse(key, "\(number) is out of range", "write -\(bound) to \(bound)")
      return nil
    }
    guard (number * 1_000 - scaled).magnitude < 0.000_001 else {
      refuse(key, "\(number) has more than three decimals", "write three at most")
      return nil
    }
    return Int32(scaled)
  }

  private mutating func take(_ key: String) -> DocumentNode? {
    asked.append(key)
    return entries[key]
  }
}

// MARK: - Tables

extension TableReader {
  /// A reader of the table at `key`, empty when it is absent or no table.
  mutating func table(_ key: String) -> TableReader {
    // Messages call an inner table as the file does: [outer.inner].
    let name = name.hasPrefix("[") ? "\(name.dropLast()).\(key)]" : "[\(key)]"
    guard let node = take(key) else {
      return TableReader(name: name, line: line, entries: [:], faults: faults)
    }
    guard case .table(let entries) = node.value else {
      refuse(key, "is \(node.kind), not a table", "write a line \(name) and the keys below it")
      return TableReader(name: name, line: node.line, entries: [:], faults: faults)
    }
    return TableReader(name: name, line: node.line, entries: entries, faults: faults)
  }

  /// A reader of the table at `key`, which messages call `name`; nil when it is absent or no table.
  mutating func writtenTable(_ key: String, name: String, remedy: String) -> TableReader? {
    guard let node = take(key) else { return nil }
    guard case .table(let entries) = node.value else {
      refuse(key, "is \(node.kind), not a table", remedy)
      return nil
    }
    return TableReader(name: name, line: node.line, entries: entries, faults: faults)
  }

  /// Readers of the tables in the array at `key`.
  mutating func tables(_ key: String) -> [TableReader] {
    guard let node = take(key) else { return [] }
    let name = "[[\(key)]]"
    let remedy = "write a line \(name) and the keys below it"
    guard case .array(let elements) = node.value else {
      refuse(key, "is \(node.kind), not an array of tables", remedy)
      return []
    }
    return elements.compactMap { element in
      guard case .table(let entries) = element.value else {
        faults.note(line: element.line, "\(key): holds \(element.kind), not a table", remedy)
        return nil
      }
      return TableReader(name: name, line: element.line, entries: entries, faults: faults)
    }
  }
}

// MARK: - Suggestions

extension TableReader {
  /// The known key that `key` most probably means; nil when none is close.
  private func nearest(to key: String) -> String? {
    guard key.utf8.count <= ConfigurationLimits.ruleNameBytes else { return nil }
    let candidates = asked.map { (distance: Self.distance(Array($0.utf8), Array(key.utf8)), $0) }
    return candidates.filter { $0.distance <= 2 }.min { $0.distance < $1.distance }?.1
  }

  /// How many bytes must be put in, taken out or changed to make `right` of `left`.
  private static func distance(_ left: [UInt8], _ right: [UInt8]) -> Int {
    var previous = Array(0...right.count)
    for (row, byte) in left.enumerated() {
      var current = [row + 1]
      for (column, other) in right.enumerated() {
        let changed = previous[column] + (byte == other ? 0 : 1)
        current.append(min(changed, previous[column + 1] + 1, current[column] + 1))
      }
      previous = current
    }
    return previous[right.count]
  }
}
