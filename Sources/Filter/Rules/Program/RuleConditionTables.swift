/// The conditions on numbers, turned round: for each feature, which rules its number leaves
/// standing.
///
/// The bounds of all rules cut a feature's numbers into ranges, and each range has the set of rules
/// that hold there. So the cost of a decision grows with the features that are asked for and hardly
/// with the rules. Nothing changes after `init`.
@safe
struct RuleConditionTables: ~Copyable, @unchecked Sendable {
  /// One feature: where its bounds and sets lie.
  private struct Table: BitwiseCopyable {
    var feature: UInt32
    var firstBound: Int
    var boundCount: Int
    /// The set for "not known"; those of the ranges follow.
    var firstMask: Int
    /// Where the places of small numbers begin.
    var firstSmallRank: Int
  }

  /// Numbers below this are looked up, others searched.
  private static let smallNumbers: UInt32 = 128

  private let tables: UnsafeMutablePointer<Table>
  private let bounds: UnsafeMutablePointer<UInt32>
  private let masks: UnsafeMutablePointer<RuleMask>
  private let smallRanks: UnsafeMutablePointer<UInt16>
  private let tableCount: Int

  /// Turns the conditions of `rules` round.
  init(_ rules: [RuleDefinition]) {
    var tables: [Table] = []
    var bounds: [UInt32] = []
    var masks: [RuleMask] = []
    for feature in Feature.allCases {
      let asked = rules.enumerated().filter { _, rule in
        rule.mode != .ignore && rule.conditions.numbers.contains { $0.feature == feature }
      }.map(\.offset)
      guard !asked.isEmpty else { continue }
      let own = Self.bounds(of: feature, in: rules)
      tables.append(
        Table(
          feature: UInt32(feature.rawValue),
          firstBound: bounds.count,
          boundCount: own.count,
          firstMask: masks.count,
          firstSmallRank: tables.count * Int(Self.smallNumbers)
        )
      )
      let indifferent = ~asked.reduce(into: RuleMask()) { $0.insert($1) }
      masks.append(indifferent)
      for number in own {
        var standing = indifferent
        for rule in asked where Self.holds(rules[rule], feature, number) { standing.insert(rule) }
        masks.append(standing)
      }
      bounds += own
    }
    tableCount = tables.count
    unsafe self.tables = .allocate(capacity: max(tables.count, 1))
    unsafe self.bounds = .allocate(capacity: max(bounds.count, 1))
    unsafe self.masks = .allocate(capacity: max(masks.count, 1))
    let smallCount = tables.count * Int(Self.smallNumbers)
    unsafe smallRanks = .allocate(capacity: max(smallCount, 1))
    for index in 0..<smallCount {
      let table = tables[index / Int(Self.smallNumbers)]
      let own = bounds[table.firstBound..<(table.firstBound + table.boundCount)]
      let rank = own.count { $0 <= UInt32(index) % Self.smallNumbers } - 1
      unsafe (smallRanks + index).initialize(to: UInt16(rank))
    }
    for index in tables.indices { unsafe (self.tables + index).initialize(to: tables[index]) }
    for index in bounds.indices { unsafe (self.bounds + index).initialize(to: bounds[index]) }
    for index in masks.indices { unsafe (self.masks + index).initialize(to: masks[index]) }
  }

  deinit {
    unsafe tables.deallocate()
    unsafe bounds.deallocate()
    unsafe masks.deallocate()
    unsafe smallRanks.deallocate()
  }

  /// The rules of `candidates` whose conditions on numbers hold.
  @inline(always)
  func rules(of candidates: RuleMask, meeting features: borrowing Features) -> RuleMask {
    var standing = candidates
    for index in 0..<tableCount {
      let table = unsafe tables[index]
      var mask = table.firstMask
      if features.knownBits >> table.feature & 1 != 0 {
        mask &+= 1 &+ rank(of: features.numbers[Int(table.feature)], in: table)
      }
      standing = unsafe standing & masks[mask]
    }
    return standing
  }

  /// The place among the bounds of `table` of the last that is not above `number`; the first is
  /// zero.
  ///
  /// Nearly all numbers of peers are small, and those are looked up: a search for each was half of
  /// a decision's time.
  @inline(always)
  private func rank(of number: UInt32, in table: Table) -> Int {
    if number < Self.smallNumbers {
      return unsafe Int(smallRanks[table.firstSmallRank &+ Int(number)])
    }
    var first = table.firstBound
    var size = table.boundCount
    while size > 1 {
      let half = size >> 1
      first = unsafe bounds[first &+ half] <= number ? first &+ half : first
      size &-= half
    }
    return first &- table.firstBound
  }

  /// Zero, and the numbers from which on another set of rules may hold, rising.
  private static func bounds(of feature: Feature, in rules: [RuleDefinition]) -> [UInt32] {
    var found: Set<UInt32> = [0]
    for rule in rules where rule.mode != .ignore {
      for condition in rule.conditions.numbers where condition.feature == feature {
        for range in condition.ranges {
          found.insert(range.lowest)
          if range.greatest < .max { found.insert(range.greatest + 1) }
        }
      }
    }
    return found.sorted()
  }

  /// Whether every condition of a rule on `feature` holds for `number`.
  private static func holds(_ rule: RuleDefinition, _ feature: Feature, _ number: UInt32) -> Bool {
    rule.conditions.numbers.allSatisfy { condition in
      condition.feature != feature || condition.ranges.contains { $0.contains(number) }
    }
  }
}
