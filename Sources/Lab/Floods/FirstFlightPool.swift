internal import Kernel
internal import Wire

/// Honest first flights, each with an ephemeral key of its own, made before they are needed: a
/// flood of them is then as fast as the kernel, not as X25519.
struct FirstFlightPool {
  /// Bytes kept for each; an honest message 1 with up to 63 bytes of padding fits.
  private static let stride = 128
  /// A router accepts a clock that is up to 60 s off (NTCP2 specification, message 1): a flight
  /// dated this far ahead is good from now on and for 90 s.
  private static let datedAheadSeconds: Int64 = 30
  /// Older flights are thrown away.
  private static let ageSecondsMaximum: UInt64 = 80
  /// Most flights in a pool: 128 MiB.
  static let capacityMaximum = 1 << 20

  /// All flights, one after the other.
  private(set) var bytes: [UInt8]
  private let router: RouterFacts
  /// Bytes of message 3 part 2 that every flight announces.
  let messageThreeLength: Int
  private let capacity: Int
  private var lengths: [UInt8]
  private var madeAtSeconds: [UInt64]
  private var nextFresh = 0
  private var freshCount = 0
  private var madeCount = 0
  private var reuseCursor = 0
  /// Flights handed out for a second time.
  private(set) var reusedCount: UInt64 = 0

  /// A full pool of `capacity` flights for `router`; about 60 us each.
  init(for router: RouterFacts, capacity: Int, wallSeconds: UInt64) {
    precondition((1...Self.capacityMaximum).contains(capacity), "a pool's bound")
    self.router = router
    self.capacity = capacity
    bytes = Array(repeating: 0, count: capacity * Self.stride)
    lengths = Array(repeating: 0, count: capacity)
    madeAtSeconds = Array(repeating: 0, count: capacity)
    let info = LabIdentity().routerInfo(
      published: nil,
      networkIdentifier: router.networkIdentifier,
      wallSeconds: wallSeconds
    )
    messageThreeLength =
      MessageThree.payload(routerInfo: info, paddingCount: nil).count + Primitives.tagLength
    while makeOne() == .made {}
  }

  /// Whether one more flight was made.
  enum Making {
    /// It was.
    case made
    /// The pool is full.
    case full
  }

  /// Makes one more flight if there is room.
  mutating func makeOne() -> Making {
    guard freshCount < capacity else { return .full }
    let index = (nextFresh + freshCount) % capacity
    let wallSeconds = Clock.wallSeconds
    var options = FirstFlightOptions()
    options.clockOffsetSeconds = Self.datedAheadSeconds
    let flight = FirstFlight(
      for: router,
      options: options,
      messageThreeLength: messageThreeLength,
      wallSeconds: wallSeconds
    ).bytes
    precondition(flight.count <= Self.stride, "an honest flight fits its place")
    bytes.replaceSubrange(index * Self.stride..<(index * Self.stride + flight.count), with: flight)
    lengths[index] = UInt8(flight.count)
    madeAtSeconds[index] = wallSeconds
    freshCount += 1
    madeCount = max(madeCount, index + 1)
    return .made
  }

  /// Where in `bytes` the next flight is: a fresh one, or when none is left one sent before.
  mutating func next(wallSeconds: UInt64) -> Range<Int> {
    while freshCount > 0 {
      let index = nextFresh
      nextFresh = (nextFresh + 1) % capacity
      freshCount -= 1
      if wallSeconds &- madeAtSeconds[index] <= Self.ageSecondsMaximum { return range(index) }
    }
    reusedCount += 1
    reuseCursor = (reuseCursor + 1) % madeCount
    return range(reuseCursor)
  }

  private func range(_ index: Int) -> Range<Int> {
    index * Self.stride..<(index * Self.stride + Int(lengths[index]))
  }
}
