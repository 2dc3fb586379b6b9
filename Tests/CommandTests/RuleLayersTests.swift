import Filter
import Testing

@testable import sallyport

private func rule(_ name: String, _ rest: String = "weight = 1") -> String {
  "[[rule]]\nname = \"\(name)\"\nwhen = { failures = \"> 1\" }\n\(rest)\n"
}

/// What came with the program, and what people put in its place.
@Suite struct RuleLayersTests {
  @Test func aLocalFileReplacesTheShippedOneOfItsName() throws {
    let loaded = try loadRules(
      [("a.toml", rule("mine"))],
      shipped: [("a.toml", rule("theirs")), ("b.toml", rule("other"))]
    )
    #expect(loaded.rules.map(\.name) == ["other", "mine"])
    #expect(loaded.rules.map(\.origin.isShipped) == [true, false])
    #expect(loaded.fileCount == 2)
  }

  @Test func aLocalRuleReplacesTheShippedOneOfItsNameInItsPlace() throws {
    let loaded = try loadRules(
      [("z.toml", rule("one", "weight = 7"))],
      shipped: [("a.toml", rule("one") + rule("two"))]
    )
    #expect(loaded.rules.map(\.name) == ["one", "two"])
    #expect(loaded.rules.first?.definition.effect == .weight(7_000))
  }

  @Test func nameAndModeAloneChangeTheModeOfAShippedRule() throws {
    let change = "[[rule]]\nname = \"one\"\nmode = \"enforce\"\n"
    let loaded = try loadRules([("z.toml", change)], shipped: [("a.toml", rule("one"))])
    #expect(loaded.rules.count == 1)
    #expect(loaded.rules.first?.definition.mode == .enforce)
    #expect(loaded.rules.first?.definition.effect == .weight(1_000))
    #expect(loaded.rules.first?.origin.isShipped == false)
    let found = try ruleFaults([("y.toml", rule("one")), ("z.toml", change)])
    #expect(found.last?.hasPrefix("z.toml:1: when: is missing") == true, "\(found)")
    let twice = try ruleFaults(
      [("y.toml", change), ("z.toml", change)],
      shipped: [("a.toml", rule("one"))]
    )
    #expect(twice.allSatisfy { $0.hasPrefix("z.toml:1: ") } && !twice.isEmpty, "\(twice)")
  }

  @Test func aChangeOfModeMustNotMakeARuleHitHonestPeers() throws {
    let likely = "[[rule]]\nname = 'one'\nwhen = { first-flight = '\"SSH\"' }\naction = 'mimic'\n"
    let found = try ruleFaults(
      [("z.toml", "[[rule]]\nname = \"one\"\nmode = \"enforce\"\n")],
      shipped: [("a.toml", likely)]
    )
    #expect(found.first?.hasPrefix("z.toml:1: when: one would refuse 6.0e-08") == true, "\(found)")
  }

  @Test func everythingThatWatchesCanBeTriedEnforced() throws {
    let ignored = rule("three", "weight = 1\nmode = 'ignore'")
    let signature = "[[signature]]\nname = 's'\npatterns = ['\"MINE-\"']\n"
    let score = "[score]\nrefuse-from = 3\n"
    let loaded = try loadRules([("a.toml", rule("one") + ignored + signature + score)])
    #expect(loaded.score.mode == .observe)
    let enforced = try loaded.enforced()
    #expect(enforced.rules.map(\.definition.mode) == [.enforce, .ignore])
    #expect(enforced.signatures.map(\.definition.mode) == [.enforce])
    #expect(enforced.score.mode == .enforce)
    let likely = "[[rule]]\nname = 'one'\nwhen = { first-flight = '\"SSH\"' }\naction = 'mimic'\n"
    let watching = try loadRules([("a.toml", likely)])
    #expect(throws: RuleProgramFault.self) { try watching.enforced() }
  }

  @Test func theSameNameTwiceInOnePlaceIsAFault() throws {
    let found = try ruleFaults([("a.toml", rule("one")), ("b.toml", "\n" + rule("one"))])
    #expect(found.count == 1)
    #expect(found.first?.hasPrefix("b.toml:2: the rule one exists already, at a.toml:1") == true)
    let shipped = try ruleFaults(
      [("z.toml", "")],
      shipped: [("a.toml", rule("one")), ("b.toml", rule("one"))]
    )
    #expect(shipped.count == 1)
  }

  @Test func listsAndSignaturesAreReplacedAlike() throws {
    func signature(_ text: String) -> String {
      "[[signature]]\nname = 's'\npatterns = ['\"\(text)\"']\n"
    }
    let list = "[[list]]\nname = 'l'\nfile = 'l.txt'\n"
    let user = "[[rule]]\nname = 'r'\nwhen = { source = '@l' }\nweight = 1\n"
    let loaded = try loadRules(
      [("z.toml", signature("MINE-") + list), ("l.txt", "203.0.113.0/24\n")],
      shipped: [
        ("a.toml", signature("THEIRS-") + list + user), ("l.txt", "198.51.100.0/24\n2001:db8::/32"),
      ]
    )
    #expect(loaded.signatures.count == 1)
    #expect(loaded.signatures.first?.origin.isShipped == false)
    #expect(loaded.lists.first?.prefixes.prefixes.map(\.description) == ["203.0.113.0/24"])
    #expect(loaded.rules.count == 1)
  }

  @Test func theLastScoreCounts() throws {
    func score(_ bound: Int) -> String { "[score]\nrefuse-from = \(bound)\n" }
    let loaded = try loadRules(
      [("a.toml", score(3)), ("b.toml", score(4))],
      shipped: [("z.toml", score(5))]
    )
    #expect(loaded.score.refuseFrom == 4_000)
  }

  @Test func aRowSaysWhatARuleDoes() throws {
    let loaded = try loadRules([
      (
        "a.toml",
        """
        [[rule]]
        name = "few"
        when = { failures = "> 1", syn = ["zmap"] }
        limit = "8/2m per /32"
        [[rule]]
        name = "light"
        when = { printable = ">= 90%" }
        weight = -2.5
        """
      )
    ])
    let rows = loaded.rules.map(RuleRow.init)
    #expect(rows.map(\.action) == ["8/120s per /32 /64, else mimic", "-2.5"])
    #expect(rows.map(\.phase) == ["arrival", "first flight"])
    #expect(rows.first?.when == "failures = '> 1', syn = ['zmap']")
    let table = RuleRow.table(rows)
    #expect(table.count == 5)
    #expect(table[2] == "    when failures = '> 1', syn = ['zmap']")
    #expect(RuleRow.weight(1_050, signed: true) == "+1.05")
    #expect(RuleRow.weight(0) == "0")
  }
}
