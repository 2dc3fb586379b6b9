internal import Filter
internal import Wire

/// Reads the `when` of a `[[rule]]`.
struct RuleConditionReader {
  /// What was read.
  private(set) var conditions = RuleConditions()
  /// The lists that are named, and where.
  private(set) var lists: [(name: String, line: Int)] = []

  private var reader: TableReader
  private var isSound = true

  private init(_ table: TableReader) {
    reader = table
  }

  /// The conditions of `table`; nil when something is wrong, with the reasons noted.
  static func read(
    _ table: TableReader
  ) -> (conditions: RuleConditions, lists: [(name: String, line: Int)])? {
    var reader = RuleConditionReader(table)
    reader.readSource()
    reader.readSyn()
    for feature in Feature.allCases { reader.read(feature) }
    reader.conditions.beginnings = reader.readPatterns("first-flight")
    reader.conditions.contents = reader.readPatterns("contains")
    reader.checkContents()
    reader.reader.finish()
    guard reader.isSound else { return nil }
    guard reader.conditions != RuleConditions() else {
      table.faults.note(
        line: table.line,
        "when: asks for nothing, so everybody would meet it",
        "add a condition, e.g. when = { syn = [\"zmap\"] }"
      )
      return nil
    }
    return (reader.conditions, reader.lists)
  }

  /// The strings of `key`, as many as a condition may have; none when it is absent or wrong.
  private mutating func texts(_ key: String) -> [(text: String, line: Int)] {
    let isThere = reader.has(key)
    guard let texts = reader.texts(key) else {
      if isThere { isSound = false }
      return []
    }
    guard texts.count <= RuleLimits.alternatives else {
      refuse(
        reader.line(of: key),
        key,
        "there are \(texts.count) alternatives",
        "write \(RuleLimits.alternatives) at most; many networks belong into a [[list]]"
      )
      return []
    }
    return texts
  }

  private mutating func refuse(_ line: Int, _ key: String, _ problem: String, _ remedy: String) {
    isSound = false
    reader.faults.note(line: line, "\(key): \(problem)", remedy)
  }
}

// MARK: - Numbers and words

extension RuleConditionReader {
  private mutating func read(_ feature: Feature) {
    let key = "\(feature.word)"
    var ranges: [FeatureRange] = []
    if feature == .allowed || feature == .blocked {
      let isThere = reader.has(key)
      guard let value = reader.boolean(key) else {
        if isThere { isSound = false }
        return
      }
      ranges = [FeatureRange(value ? 1 : 0, value ? 1 : 0)]
    } else if let unit = feature.unit {
      ranges = readNumbers(key, unit)
    } else {
      ranges = readWords(key, feature)
    }
    if !ranges.isEmpty { conditions.numbers.append(FeatureCondition(feature, ranges)) }
  }

  private mutating func readNumbers(_ key: String, _ unit: FeatureUnit) -> [FeatureRange] {
    var ranges: [FeatureRange] = []
    for (text, line) in texts(key) {
      do throws(RuleTextFault) {
        ranges.append(try FeatureRange(text: text, unit: unit))
      } catch {
        refuse(line, key, error.problem, error.remedy)
      }
    }
    return ranges
  }

  private mutating func readWords(_ key: String, _ feature: Feature) -> [FeatureRange] {
    let words = RuleWords.words(of: feature)
    var ranges: [FeatureRange] = []
    for (text, line) in texts(key) {
      guard let number = words.first(where: { $0.key == text })?.value else {
        let known = words.map { "\"\($0.key)\"" }.joined(separator: ", ")
        refuse(line, key, "unknown value \"\(text)\"", "write some of \(known)")
        continue
      }
      ranges.append(FeatureRange(number, number))
    }
    return ranges
  }
}

// MARK: - Source, SYN and bytes

extension RuleConditionReader {
  private mutating func readSource() {
    guard reader.has("source") else { return _ = texts("source") }
    var source = SourceCondition()
    for (text, line) in texts("source") {
      if text.hasPrefix("@") {
        let name = String(text.dropFirst())
        source.lists.append(name)
        lists.append((name, line))
      } else if let prefix = SourcePrefix(text) {
        source.prefixes.append(prefix)
      } else {
        let remedy =
          Self.withoutHostBits(text).map { "write \"\($0)\"" }
          ?? "write \"203.0.113.0/24\", \"2001:db8::/32\" or \"@name-of-a-list\""
        refuse(line, "source", "\"\(text)\" is no network", remedy)
      }
    }
    conditions.source = source
  }

  /// The network that `text` means when only its host bits are wrong.
  private static func withoutHostBits(_ text: String) -> SourcePrefix? {
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2, let address = SourceAddress(parts[0]), let length = UInt8(parts[1]),
      length <= (address.isIPv4 ? 32 : 128)
    else { return nil }
    return SourcePrefix(address, length: length)
  }

  private mutating func readSyn() {
    guard reader.has("syn") else { return _ = texts("syn") }
    var syn = SynCondition()
    for (text, line) in texts("syn") {
      if let synClass = SynClass(word: text) {
        syn.classes.append(synClass)
        continue
      }
      guard text.contains(":") else {
        let known = SynClass.allCases.map { "\"\($0.word)\"" }.joined(separator: ", ")
        let example = "\"4:64:0:*:mss*20,10:mss,sok,ts,nop,ws:df,id+:0\""
        let remedy = "write some of \(known), or a signature like \(example)"
        refuse(line, "syn", "unknown class \"\(text)\"", remedy)
        continue
      }
      do throws(SynPatternFault) {
        syn.patterns.append(try SynPattern(text: text))
      } catch {
        refuse(line, "syn", error.problem, error.remedy)
      }
    }
    conditions.syn = syn
  }

  private mutating func readPatterns(_ key: String) -> [SignaturePattern] {
    var patterns: [SignaturePattern] = []
    for (text, line) in texts(key) {
      do throws(SignatureTextFault) {
        patterns.append(try SignaturePattern(text: text.utf8))
      } catch {
        let problem = "\(error.explanation) (character \(error.column) of the pattern)"
        refuse(line, key, problem, error.remedy)
      }
    }
    return patterns
  }

  private mutating func checkContents() {
    for pattern in conditions.contents {
      guard let fault = ContentFault(pattern) else { continue }
      refuse(reader.line(of: "contains"), "contains", fault.explanation, fault.remedy)
    }
  }
}
