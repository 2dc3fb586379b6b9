/// The nft table as it lies in the kernel: how it is replaced, removed, read and recognised.
///
/// Its comment carries what `tcp_fwmark_accept` was before, and a fingerprint of the plan.
enum FirewallTable {
  private static let name = "inet \(FirewallRuleset.tableName)"
  private static let settingWords = "tcp_fwmark_accept was "
  private static let planWords = "plan "

  /// Commands that put the table of `plan` in the place of whatever is there, as one transaction.
  /// The first line lets the second succeed when there is no table yet.
  static func replacement(for plan: FirewallPlan, settingBefore setting: Int) -> String {
    let comment = "\(settingWords)\(setting); \(planWords)\(fingerprint(of: plan))"
    return removal + FirewallRuleset.text(for: plan, comment: comment)
  }

  /// Commands that write the rules of `plan` anew into its own table, as one transaction. What the
  /// sets have learnt stays: established flows must not come before the gate again.
  static func renewal(for plan: FirewallPlan) -> String {
    "flush table \(name)\n" + FirewallRuleset.text(for: plan, comment: nil)
  }

  /// Whether the table in `listing` was made of `plan` and has its sets and chains and no other, so
  /// that a renewal makes it whole.
  static func isRenewable(_ listing: String, as plan: FirewallPlan) -> Bool {
    let expected = FirewallRuleset.text(for: plan, comment: nil)
    return word(after: planWords, in: listing) == fingerprint(of: plan)
      && FirewallRuleset.parts(of: listing) == FirewallRuleset.parts(of: expected)
  }

  /// Commands that remove the table, also when it is not there.
  static let removal = "table \(name)\ndelete table \(name)\n"

  /// The table as nft lists it; nil when there is none.
  static func listing(_ nft: borrowing NFTables) throws(FirewallFault) -> String? {
    let tables = try nft.run("list tables inet")
    guard tables.split(whereSeparator: \.isNewline).contains("table \(name)") else { return nil }
    return try nft.run("list table \(name)")
  }

  /// What `tcp_fwmark_accept` was, as the table's comment says; nil when it says nothing.
  static func settingBefore(in listing: String) -> Int? {
    word(after: settingWords, in: listing).flatMap { Int($0) }
  }

  enum Difference {
    case same
    case differs
  }

  /// Whether the table in `listing` was made of `plan` and has all of its rules.
  static func difference(of listing: String, from plan: FirewallPlan) -> Difference {
    let expected = FirewallRuleset.text(for: plan, comment: nil)
    let isSame =
      word(after: planWords, in: listing) == fingerprint(of: plan)
      && FirewallRuleset.ruleCount(in: listing) == FirewallRuleset.ruleCount(in: expected)
    return isSame ? .same : .differs
  }

  /// Whether the table in `listing` keeps new peers out while no gate listens. A gate's own chain
  /// ends with a drop then, and has none otherwise.
  static func keepsPeersOut(_ listing: String) -> Bool {
    var isInGateChain = false
    for line in listing.split(whereSeparator: \.isNewline) {
      let words = line.split(whereSeparator: \.isWhitespace)
      if words.first == "chain" {
        isInGateChain = words[1].hasPrefix(FirewallRuleset.gateWords)
      } else if isInGateChain, words.last == "drop" {
        return true
      }
    }
    return false
  }

  /// The comment's letters and digits that follow `words`.
  private static func word(after words: String, in listing: String) -> String? {
    let parts = listing.split(separator: words, maxSplits: 1, omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    return String(parts[1].prefix { $0.isLetter || $0.isNumber })
  }

  /// A number that tells plans apart.
  private static func fingerprint(of plan: FirewallPlan) -> String {
    String(fnv1a(FirewallRuleset.text(for: plan, comment: nil).utf8), radix: 16)
  }
}
