/// The lines in which two texts differ, with what is the same between.
enum LineDifference {
  /// The most lines of a text that are compared: the work grows with the square.
  static let lines = 2_000

  /// Every line of both, led by `-` where it goes, `+` where it comes, and a blank where it stays.
  static func lines(from old: String, to new: String) -> [String] {
    let (old, new) = (split(old), split(new))
    var removed: [Int: Substring] = [:]
    var inserted: [Int: Substring] = [:]
    for change in new.difference(from: old) {
      switch change {
      case .remove(let place, let line, _): removed[place] = line
      case .insert(let place, let line, _): inserted[place] = line
      }
    }
    var lines: [String] = []
    var (oldPlace, newPlace) = (0, 0)
    while oldPlace < old.count || newPlace < new.count {
      if let line = removed[oldPlace] {
        lines.append("-\(line)")
        oldPlace += 1
      } else if let line = inserted[newPlace] {
        lines.append("+\(line)")
        newPlace += 1
      } else {
        if old.indices.contains(oldPlace) { lines.append(" \(old[oldPlace])") }
        oldPlace += 1
        newPlace += 1
      }
    }
    return lines
  }

  private static func split(_ text: String) -> [Substring] {
    var lines = text.split(separator: "\n", omittingEmptySubsequences: false)
    if lines.last?.isEmpty == true { lines.removeLast() }
    return Array(lines.prefix(Self.lines))
  }
}
