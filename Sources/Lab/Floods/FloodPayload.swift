internal import Kernel

/// What the connections of a flood say, without work at the moment of saying it.
enum FloodPayload {
  /// Nothing.
  case nothing
  /// Always the same.
  case fixed([UInt8])
  /// Random pieces of a store of random bytes.
  case random(RandomPieces)
  /// Honest first flights.
  case flights(FirstFlightPool)

  private static let stratumLine =
    #"{"id":1,"method":"mining.subscribe","params":["cgminer/4.10.0"]}"# + "\n"

  /// What connections of the settings' kind say; nil when the kind needs a router and none is
  /// named.
  init?(for settings: FloodSettings) {
    switch settings.kind {
    case .silent, .connectAndClose: self = .nothing
    case .stratum: self = .fixed([UInt8](Self.stratumLine.utf8))
    case .garbage: self = .random(RandomPieces(lengths: 64...287))
    case .dribble: self = .random(RandomPieces(lengths: 1...1))
    case .firstFlight:
      guard let router = settings.router else { return nil }
      let capacity = min(max(settings.preparedFlightCount, 1), FirstFlightPool.capacityMaximum)
      let pool = FirstFlightPool(for: router, capacity: capacity, wallSeconds: Clock.wallSeconds)
      self = .flights(pool)
    case .replay:
      guard let router = settings.router else { return nil }
      let flight = FirstFlight(
        for: router,
        options: FirstFlightOptions(),
        messageThreeLength: 900,
        wallSeconds: Clock.wallSeconds
      )
      self = .fixed(flight.bytes)
    }
  }

  /// Hands the next piece to `body`.
  mutating func withNext<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
    switch self {
    case .nothing:
      return unsafe body(UnsafeRawBufferPointer(start: nil, count: 0))
    case .fixed(let bytes):
      return unsafe bytes.withUnsafeBytes { unsafe body($0) }
    case .random(var pieces):
      self = .nothing
      let range = pieces.next()
      let result = unsafe pieces.bytes.withUnsafeBytes { bytes in
        unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
      self = .random(pieces)
      return result
    case .flights(var pool):
      self = .nothing
      let range = pool.next(wallSeconds: Clock.wallSeconds)
      let result = unsafe pool.bytes.withUnsafeBytes { bytes in
        unsafe body(UnsafeRawBufferPointer(rebasing: bytes[range]))
      }
      self = .flights(pool)
      return result
    }
  }

  /// Uses a moment without other work to prepare; whether there was anything to do.
  mutating func prepare() -> FirstFlightPool.Making {
    guard case .flights(var pool) = self else { return .full }
    self = .nothing
    let made = pool.makeOne()
    self = .flights(pool)
    return made
  }

  /// First flights said twice.
  var flightsReused: UInt64 {
    guard case .flights(let pool) = self else { return 0 }
    return pool.reusedCount
  }
}

/// Random pieces of random lengths out of one store: another one each time, at no cost.
struct RandomPieces {
  private static let storeBytes = 1 << 20

  /// The store.
  let bytes: [UInt8]
  private let lengths: ClosedRange<Int>
  private var state: UInt64

  /// Pieces with lengths in `lengths`.
  init(lengths: ClosedRange<Int>) {
    precondition(lengths.lowerBound > 0 && lengths.upperBound < Self.storeBytes, "pieces fit")
    self.lengths = lengths
    bytes = Primitives.randomBytes(Self.storeBytes)
    state = UInt64.random(in: 1...UInt64.max)
  }

  /// Where in `bytes` the next piece is.
  mutating func next() -> Range<Int> {
    let length = lengths.lowerBound + Int(draw() % UInt64(lengths.count))
    let start = Int(draw() % UInt64(Self.storeBytes - length))
    return start..<start + length
  }

  // xorshift64*: the system's generator costs a call for each number.
  private mutating func draw() -> UInt64 {
    state ^= state >> 12
    state ^= state << 25
    state ^= state >> 27
    return (state &* 2_685_821_657_736_338_717) >> 11
  }
}
