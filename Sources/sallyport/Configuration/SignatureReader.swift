internal import Filter

/// Reads one `[[signature]]` table.
enum SignatureReader {
  /// The signature of `table`; nil when it is unusable, with the reasons noted.
  static func read(_ table: TableReader, origin: RuleOrigin) -> LoadedSignature? {
    var reader = table
    let name = RuleNameReader.read(&reader)
    let action = reader.choice("action", of: RuleWords.actions) ?? .mimic
    let mode = reader.choice("mode", of: RuleWords.modes) ?? .observe
    _ = reader.string("about")
    let patterns = readPatterns(&reader)
    reader.finish()
    guard let name, let patterns, !patterns.isEmpty else { return nil }
    let definition = SignatureDefinition(
      name: name,
      patterns: patterns,
      action: action,
      mode: mode
    )
    guard let chance = readChance(of: definition, reader) else { return nil }
    return LoadedSignature(definition: definition, chance: chance, origin: origin)
  }

  private static func readPatterns(_ reader: inout TableReader) -> [SignaturePattern]? {
    guard let texts = reader.strings("patterns") else {
      if !reader.has("patterns") {
        reader.refuse("patterns", "is missing", "add patterns = ['…'], the first bytes to match")
      }
      return nil
    }
    guard (1...SignatureLimits.patterns).contains(texts.count) else {
      reader.refuse(
        "patterns",
        "there are \(texts.count) patterns",
        "write 1 to \(SignatureLimits.patterns), or make several signatures of them"
      )
      return nil
    }
    var patterns: [SignaturePattern] = []
    for (text, line) in texts {
      do {
        patterns.append(try SignaturePattern(text: text.utf8))
      } catch {
        reader.faults.note(
          line: line,
          "patterns: \(error.explanation) (character \(error.column) of the pattern)",
          error.remedy
        )
      }
    }
    return patterns.count == texts.count ? patterns : nil
  }

  private static func readChance(
    of definition: SignatureDefinition,
    _ reader: TableReader
  ) -> Double? {
    do {
      let chance = try definition.chance()
      guard chance <= SignatureLimits.chance else {
        reader.refuse(
          "patterns",
          "\(definition.name) would refuse \(Chance.text(chance)) of honest peers; at most "
            + "\(Chance.text(SignatureLimits.chance)) is allowed",
          "make it longer: \(Chance.missingBytes(chance)) more fixed bytes are enough"
        )
        return nil
      }
      return chance
    } catch {
      reader.refuse(
        "patterns",
        "\(definition.name) has too many states",
        "use fewer repetitions of variable length such as any{0,64}"
      )
      return nil
    }
  }
}
