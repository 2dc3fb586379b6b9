/// How often something took how long in each period: a column a period, a row a bucket, the darker
/// the more often.
struct HeatMap {
  /// How many depths of colour there are.
  static let depths = 5
  /// The fewest rows, so that one bucket alone does not fill the picture.
  private static let fewestRows = 8

  private let columns: [[UInt64]?]
  /// The buckets that are shown.
  let rows: ClosedRange<Int>

  /// A map of these histograms; nil where nobody looked.
  init(_ histograms: [DurationHistogram?]) {
    columns = histograms.map { $0?.buckets }
    let used = (0..<DurationBuckets.count).filter { bucket in
      histograms.contains { ($0?.buckets[bucket] ?? 0) > 0 }
    }
    let last = DurationBuckets.count - 1
    guard let lowest = used.first, let highest = used.last else {
      rows = 10...20
      return
    }
    let missing = max(0, Self.fewestRows - (highest - lowest + 1))
    let low = max(0, lowest - (missing + 1) / 2)
    rows = low...min(last, max(highest + missing / 2, low + Self.fewestRows - 1))
  }

  /// How wide it is, in its own units.
  var width: Int { max(columns.count, 1) * Picture.step }

  /// The bound at the top of the picture and the one at its foot, as text.
  var scale: [String] {
    let bounds = [rows.upperBound, (rows.lowerBound + rows.upperBound) / 2, rows.lowerBound]
    return bounds.map { row in
      DurationBuckets.upperBoundNanoseconds(row).map { "≤\u{202F}" + Quantity.duration($0) }
        ?? "longer"
    }
  }

  /// One shape for each depth of colour.
  var shapes: [Markup] {
    let most = columns.compactMap { $0?.max() }.max() ?? 0
    guard most > 0 else { return [] }
    var paths = [String](repeating: "", count: Self.depths)
    let rowCount = rows.count
    for (column, buckets) in columns.enumerated() {
      guard let buckets else { continue }
      for row in rows where buckets[row] > 0 {
        let left = column * Picture.step + 1
        let above = rows.upperBound - row
        let y = above * Picture.height / rowCount
        let next = (above + 1) * Picture.height / rowCount
        paths[Self.depth(buckets[row], most)] += "M\(left) \(y)h8V\(next - 8)h-8z"
      }
    }
    return paths.enumerated().map { depth, path in
      "<path class=\"heat\(depth + 1)\" d=\"\(path)\"/>"
    }
  }

  /// A depth of colour: each step up is the same ratio of counts.
  static func depth(_ count: UInt64, _ most: UInt64) -> Int {
    let bits = UInt64.bitWidth - most.leadingZeroBitCount
    let own = UInt64.bitWidth - count.leadingZeroBitCount
    return min(depths - 1, max(0, own - 1) * depths / max(bits, 1))
  }
}
