/// How a bench is run.
struct BenchSettings: Equatable, Sendable {
  /// The core of the load and of the server behind the proxy.
  static let loadCore = 0
  /// The core of the proxy alone, and of a real router.
  static let proxyCore = 1

  /// How often each number is measured; the median counts.
  var runs = 5
  /// Seconds of load of one run of a cost.
  var loadSeconds = 3.0
  /// Connections a second whose cost is measured: the same for all proxies, and below what any of
  /// them can do at most, so that none gains by handling many at a time.
  var connectionsPerSecond = 2_000.0
  /// Connections a second that are refused.
  var refusalsPerSecond = 10_000.0
  /// Frames a second of a relayed connection: each is a wake of its own.
  var framesPerSecond = 20_000.0
  /// Seconds of one run of bulk.
  var bulkSeconds = 5.0
  /// Seconds of each flood.
  var floodSeconds = 10.0
  /// The floods that are run.
  var floodKinds = FloodKind.allCases
}

/// The middle of several runs.
enum Median {
  /// The median of `values`, of which there is at least one.
  static func of(_ values: [Double]) -> Double {
    precondition(!values.isEmpty, "a median of nothing")
    let sorted = values.sorted()
    let middle = sorted.count / 2
    return sorted.count.isMultiple(of: 2)
      ? (sorted[middle - 1] + sorted[middle]) / 2 : sorted[middle]
  }
}
