/// Reads the name of a signature, a rule or a list.
enum RuleNameReader {
  /// The name in `reader`'s table; nil when it is missing or none, with the reason noted.
  static func read(_ reader: inout TableReader) -> String? {
    guard let name = reader.string("name") else {
      if !reader.has("name") { reader.refuse("name", "is missing", "add a name of its own") }
      return nil
    }
    guard isName(name) else {
      let bound = ConfigurationLimits.ruleNameBytes
      reader.refuse(
        "name",
        "\"\(name)\" is not a rule's name",
        "use 1 to \(bound) of the letters a-z, digits and -"
      )
      return nil
    }
    return name
  }

  /// Whether `text` can be a name.
  static func isName(_ text: String) -> Bool {
    let known = text.utf8.allSatisfy {
      (0x61...0x7a).contains($0) || (0x30...0x39).contains($0) || $0 == UInt8(ascii: "-")
    }
    return known && (1...ConfigurationLimits.ruleNameBytes).contains(text.utf8.count)
  }
}
