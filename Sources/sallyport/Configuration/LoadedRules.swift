internal import Filter

/// Where something of a rule file stands.
struct RuleOrigin: Sendable, Equatable {
  /// The file's path.
  let file: String
  /// The line of its table.
  let line: Int
  /// Whether the file came with the program.
  let isShipped: Bool

  /// The file's directory.
  var directory: String {
    file.lastIndex(of: "/").map { String(file[..<$0]) } ?? "."
  }
}

/// A table of a rule file that has a name: a local one takes the place of a shipped one.
protocol NamedInRuleFile {
  /// What people call it.
  var name: String { get }
  /// Where it stands.
  var origin: RuleOrigin { get }
}

/// A signature with where it came from.
struct LoadedSignature: Sendable, NamedInRuleFile {
  /// The rule.
  var definition: SignatureDefinition
  /// Its chance of matching random bytes.
  let chance: Double
  /// Where its `[[signature]]` stands.
  let origin: RuleOrigin

  var name: String { definition.name }
}

/// A rule with where it came from.
struct LoadedRule: Sendable, NamedInRuleFile {
  /// The rule.
  var definition: RuleDefinition
  /// An upper bound of its chance of matching random bytes; nil when it asks for no bytes.
  var chance: Double?
  /// Its conditions, as they are written.
  let when: String
  /// The lists that it names, and the lines where it does.
  let lists: [(name: String, line: Int)]
  /// Where its `[[rule]]` stands.
  var origin: RuleOrigin

  var name: String { definition.name }
}

/// A list with where it came from.
struct LoadedList: Sendable, NamedInRuleFile {
  /// Its name and networks.
  let prefixes: NamedPrefixes
  /// The path of the file that holds the networks.
  let path: String
  /// Where its `[[list]]` stands.
  let origin: RuleOrigin

  var name: String { prefixes.name }
}

/// Everything that the rule files say.
struct LoadedRules: Sendable {
  /// The signatures: shipped ones first, then by file name and in the order of each file; a
  /// `SignatureSet` numbers them alike.
  var signatures: [LoadedSignature] = []
  /// The rules, in the same order; a `RuleProgram` numbers them alike.
  var rules: [LoadedRule] = []
  /// The lists that rules may name.
  var lists: [LoadedList] = []
  /// What becomes of a score.
  var score = ScoreSettings()
  /// Where `[score]` stands; nil when there is none.
  var scoreOrigin: RuleOrigin?
  /// How many files there are.
  var fileCount = 0
  /// All of it, compiled once for all shards.
  var program = SharedRules.none

  /// Signatures and rules together.
  var count: Int { signatures.count + rules.count }

  /// Networks of all lists together.
  var networkCount: Int { lists.reduce(0) { $0 + $1.prefixes.prefixes.count } }

  /// The signatures alone, to make a `SignatureSet` of.
  var definitions: [SignatureDefinition] { signatures.map(\.definition) }

  /// The rules and lists alone, as `program` was made of them.
  var book: RuleBook {
    var book = RuleBook()
    book.rules = rules.map(\.definition)
    book.lists = lists.map(\.prefixes)
    book.score = score
    return book
  }
}

extension LoadedRules {
  /// The same, as if everything that only watches acted. What is ignored stays ignored.
  ///
  /// - Throws: `RuleProgramFault` when a rule may watch only: enforced, it would refuse by bytes
  ///   that an honest peer may send by accident.
  func enforced() throws(RuleProgramFault) -> LoadedRules {
    var enforced = self
    for index in signatures.indices where signatures[index].definition.mode == .observe {
      enforced.signatures[index].definition.mode = .enforce
    }
    for index in rules.indices where rules[index].definition.mode == .observe {
      enforced.rules[index].definition.mode = .enforce
    }
    if score.mode == .observe { enforced.score.mode = .enforce }
    enforced.program = SharedRules(
      try RuleProgram(enforced.book),
      signatures: enforced.signatureSet()
    )
    return enforced
  }

  private func signatureSet() -> SignatureSet {
    do throws(SignatureFault) {
      return try SignatureSet(definitions)
    } catch {
      preconditionFailure("signatures that were compiled before do not compile")
    }
  }
}
