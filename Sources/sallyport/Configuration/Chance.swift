internal import Filter
internal import Foundation

/// Writes probabilities for people.
enum Chance {
  /// `chance` with two digits, e.g. `3.6e-15`.
  static func text(_ chance: Double) -> String {
    chance == 0 ? "0" : String(format: "%.1e", chance)
  }

  /// How many more fixed bytes bring `chance` under the bound; at least one.
  static func missingBytes(_ chance: Double) -> Int {
    var rest = chance
    var count = 0
    repeat {
      rest /= 256
      count += 1
    } while rest > SignatureLimits.chance && count < 8
    return count
  }
}
