/// Counts of several kinds in each period, one on top of the other.
struct StackedBars {
  /// One kind.
  struct Series {
    /// Its colour.
    var shade: PageWords.Shade
    /// Its rate in each period; nil where nobody looked.
    var rates: [Double?]
  }

  /// The kinds, the lowest first; all with as many periods.
  var series: [Series]
  /// The rate at the top.
  let top: Double
  private let periods: Int

  /// Bars whose axis ends above the highest.
  init(_ series: [Series]) {
    self.series = series
    periods = series.first?.rates.count ?? 0
    let sums = (0..<periods).map { period in
      series.reduce(0) { $0 + ($1.rates[period] ?? 0) }
    }
    top = Quantity.axisEnd(sums.max() ?? 0)
  }

  /// How wide it is, in its own units.
  var width: Int { max(periods, 1) * Picture.step }

  /// One shape for each kind.
  var shapes: [Markup] {
    var floors = [Double](repeating: 0, count: periods)
    return series.map { kind in
      var path = ""
      for (period, rate) in kind.rates.enumerated() {
        guard let rate, rate > 0 else { continue }
        let low = Self.height(floors[period], top)
        floors[period] += rate
        // What happened at all shows.
        let high = max(Self.height(floors[period], top), low + 6)
        let left = period * Picture.step + 1
        path +=
          "M\(left) \(Picture.height - low)V\(Picture.height - high)h8V"
          + "\(Picture.height - low)z"
      }
      return "<path class=\"\(kind.shade.rawValue)\" d=\"\(path)\"/>"
    }
  }

  private static func height(_ rate: Double, _ top: Double) -> Int {
    Int((min(rate / top, 1) * Double(Picture.height)).rounded())
  }
}
