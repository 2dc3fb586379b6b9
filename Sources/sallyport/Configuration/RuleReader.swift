internal import Filter

/// Reads one `[[rule]]` table.
struct RuleReader {
  /// Keys of a rule that only changes the mode of a shipped one.
  private static let keysOfModeChange = ["name", "mode", "about"]

  private var reader: TableReader

  /// The rule of `table`, which stands at `origin`; nil when it is unusable, with reasons noted.
  /// `shipped` finds the shipped rule of a name, whose mode a rule without conditions changes.
  static func read(
    _ table: TableReader,
    origin: RuleOrigin,
    shipped: (String) -> LoadedRule?
  ) -> LoadedRule? {
    var rule = RuleReader(reader: table)
    return rule.read(origin, shipped)
  }

  private mutating func read(
    _ origin: RuleOrigin,
    _ shipped: (String) -> LoadedRule?
  ) -> LoadedRule? {
    let name = RuleNameReader.read(&reader)
    let mode = reader.choice("mode", of: RuleWords.modes) ?? .observe
    _ = reader.string("about")
    if let name, reader.has("mode"), reader.holdsOnly(Self.keysOfModeChange),
      var changed = shipped(name)
    {
      changed.definition.mode = mode
      changed.origin = origin
      return checked(changed)
    }
    let when = readWhen()
    let effect = readEffect()
    reader.finish()
    guard let name, let when, let effect else { return nil }
    let definition = RuleDefinition(
      name: name,
      mode: mode,
      conditions: when.conditions,
      effect: effect
    )
    return checked(
      LoadedRule(
        definition: definition,
        chance: nil,
        when: reader.text(of: "when"),
        lists: when.lists,
        origin: origin
      )
    )
  }

  private mutating func readWhen() -> (
    conditions: RuleConditions, lists: [(name: String, line: Int)]
  )? {
    guard reader.has("when") else {
      reader.refuse(
        "when",
        "is missing",
        "add when = { … }; name and mode alone change the mode of a shipped rule of that name"
      )
      return nil
    }
    let table = reader.writtenTable("when", name: "when", remedy: "write when = { … }")
    return table.flatMap { RuleConditionReader.read($0) }
  }

  /// What the rule does: exactly one of `weight`, `action` and `limit`.
  private mutating func readEffect() -> RuleEffect? {
    let written = ["weight", "action", "limit"].filter(reader.has)
    let weight = reader.thousandths("weight", maximum: RuleLimits.weight)
    let action = reader.choice("action", of: RuleWords.actions)
    let limitText = reader.string("limit")
    let over = reader.choice("over", of: RuleWords.actions) ?? .mimic
    guard let first = written.first else {
      reader.refuse(
        "weight",
        "is missing: the rule does nothing",
        "add weight = 1.0 (0 only counts), action = \"mimic\" or limit = \"8/2m per /32\""
      )
      return nil
    }
    guard written.count == 1 else {
      reader.refuse(
        written[1],
        "the rule has \(first) as well",
        "keep one of them, or make two rules of it"
      )
      return nil
    }
    if reader.has("over"), first != "limit" {
      reader.refuse("over", "the rule has no limit", "add limit = \"8/2m per /32\", or remove it")
      return nil
    }
    if let weight { return .weight(weight) }
    if let action { return .act(action) }
    guard let limitText else { return nil }
    do throws(RuleTextFault) {
      var limit = try RuleLimit(text: limitText)
      limit.over = over
      return .limit(limit)
    } catch {
      reader.refuse("limit", error.problem, error.remedy)
      return nil
    }
  }

  /// The rule with its chance; nil when it would refuse honest peers for their bytes.
  private func checked(_ rule: LoadedRule) -> LoadedRule? {
    var rule = rule
    do throws(SignatureFault) {
      rule.chance = try rule.definition.chance()
    } catch {
      reader.refuse(
        "when",
        "\(rule.definition.name) has too many states",
        "use fewer repetitions of variable length such as any{0,64}"
      )
      return nil
    }
    let chance = rule.chance ?? 1
    guard rule.definition.refusesForBytesAlone, chance > SignatureLimits.chance else { return rule }
    reader.refuse(
      "when",
      "\(rule.definition.name) would refuse \(Chance.text(chance)) of honest peers; at most "
        + "\(Chance.text(SignatureLimits.chance)) is allowed",
      "make the bytes longer: \(Chance.missingBytes(chance)) more fixed bytes are enough"
    )
    return nil
  }
}
