internal import Proxy
internal import Telemetry

/// Which name is counted at which place: belongs to the control thread.
///
/// Counts only grow, and a name keeps its place as long as it is in force; who gets the place of
/// another begins at what was counted there.
struct MatchLedger {
  private struct Owner {
    var place: Int
    var before: MatchCounts
  }

  private struct Name: Hashable {
    var kind: RuleMatches.Kind
    var name: String
  }

  private var owners: [Name: Owner] = [:]
  private var order: [Name] = []
  /// Places of nobody, those that were given up first in front.
  private var free = Array(0..<MatchPlaces.count)

  /// Nothing is in force.
  init() {}

  /// Gives every signature and rule of a new policy its place; `total` tells what was counted at
  /// one so far.
  mutating func assign(
    signatures: [String],
    rules: [String],
    total: (Int) -> MatchCounts
  ) -> MatchPlaces {
    let names =
      signatures.map { Name(kind: .signature, name: $0) }
      + rules.map { Name(kind: .rule, name: $0) }
    let wanted = Set(names)
    for name in order where !wanted.contains(name) {
      if let owner = owners.removeValue(forKey: name) { free.append(owner.place) }
    }
    order = names
    var places = MatchPlaces()
    for (number, name) in names.enumerated() {
      let place = place(of: name, total)
      if number < signatures.count {
        places[signature: number] = place
      } else {
        places[rule: number - signatures.count] = place
      }
    }
    return places
  }

  private mutating func place(of name: Name, _ total: (Int) -> MatchCounts) -> Int {
    if let owner = owners[name] { return owner.place }
    let place = free.removeFirst()
    owners[name] = Owner(place: place, before: total(place))
    return place
  }

  /// How often everything that is in force matched, signatures first, in the order of the policy.
  func matches(total: (Int) -> MatchCounts) -> [RuleMatches] {
    order.compactMap { name in
      owners[name].map { owner in
        RuleMatches(kind: name.kind, name: name.name, counts: total(owner.place) - owner.before)
      }
    }
  }
}
