internal import Filter
internal import Kernel
internal import Wire

/// What the datagrams of a flood contain, kept in one piece for the kernel and renewed in turn: a
/// router looks at the time inside a request.
struct DatagramStore {
  /// Bytes kept for each; a datagram of SSU2 has at most 1472.
  private static let stride = 1_472
  /// A router accepts a clock that is 60 s off (i2pd); Java I2P and the specification 120 s.
  private static let ageSecondsMaximum: UInt64 = 20
  /// Most datagrams kept: 92 MiB.
  static let capacityMaximum = 1 << 16
  private static let randomLengths = 40...200

  /// All contents, one after the other.
  private(set) var bytes: [UInt8]
  private var lengths: [UInt16]
  private var madeAtSeconds: [UInt64]
  private let content: Content
  private let port: UInt16?
  private var cursor = 0
  private var generator = SmallRandom(seed: UInt64.random(in: .min ... .max))

  private enum Content {
    case random
    case tokenRequests(SSU2RouterFacts)
    case sessionRequests(SSU2RouterFacts)
    case recordings([[UInt8]])
  }

  /// A full store of `capacity` different datagrams; nil when the settings lack what it takes.
  init?(for settings: DatagramFloodSettings) {
    switch settings.kind {
    case .random: content = .random
    case .tokenRequest:
      guard let router = settings.router else { return nil }
      content = .tokenRequests(router)
    case .sessionRequest:
      guard let router = settings.router else { return nil }
      content = .sessionRequests(router)
    case .replay:
      let usable = settings.recordings.filter { !$0.isEmpty && $0.count <= Self.stride }
      guard !usable.isEmpty else { return nil }
      content = .recordings(usable)
    }
    port = settings.sourcePort
    let wanted =
      if case .recordings(let all) = content { all.count } else { settings.preparedCount }
    let capacity = min(max(wanted, 1), Self.capacityMaximum)
    bytes = Array(repeating: 0, count: capacity * Self.stride)
    lengths = Array(repeating: 0, count: capacity)
    madeAtSeconds = Array(repeating: 0, count: capacity)
    let wallSeconds = Clock.wallSeconds
    for index in 0..<capacity { make(index, wallSeconds: wallSeconds) }
  }

  /// Where in `bytes` the next datagram is, and how long it is.
  mutating func next(wallSeconds: UInt64) -> (offset: UInt32, length: UInt16) {
    cursor = cursor + 1 == lengths.count ? 0 : cursor + 1
    if wallSeconds &- madeAtSeconds[cursor] > Self.ageSecondsMaximum {
      make(cursor, wallSeconds: wallSeconds)
    }
    return (UInt32(cursor * Self.stride), lengths[cursor])
  }

  /// The senders' port, or a random one that a router may have.
  mutating func nextPort() -> UInt16 {
    if let port { return port }
    return 1024 + UInt16(generator.below(UInt64(UInt16.max) - 1023))
  }

  private mutating func make(_ index: Int, wallSeconds: UInt64) {
    let datagram: [UInt8]
    switch content {
    case .random: datagram = Primitives.randomBytes(Int.random(in: Self.randomLengths))
    case .tokenRequests(let router):
      datagram = SSU2Request.token(for: router, wallSeconds: wallSeconds)
    case .sessionRequests(let router):
      datagram = SSU2Request.session(for: router, wallSeconds: wallSeconds)
    case .recordings(let all): datagram = all[index]
    }
    let start = index * Self.stride
    bytes.replaceSubrange(start..<(start + datagram.count), with: datagram)
    lengths[index] = UInt16(datagram.count)
    madeAtSeconds[index] = wallSeconds
  }
}

/// Requests as a stranger makes them up, with identifiers of their own each.
enum SSU2Request {
  /// A TokenRequest without a fault.
  static func token(for router: SSU2RouterFacts, wallSeconds: UInt64) -> [UInt8] {
    SSU2Sealed.seal(
      header(.tokenRequest, token: 0, router),
      payload(wallSeconds, padding: SSU2Manner.i2pd.tokenRequestPadding),
      key: router.introductionKey
    )
  }

  /// A SessionRequest without a fault but its token, which no router gave.
  static func session(for router: SSU2RouterFacts, wallSeconds: UInt64) -> [UInt8] {
    SSU2SessionRequest(
      for: router,
      header: header(.sessionRequest, token: .random(in: 1...UInt64.max), router),
      payload: payload(wallSeconds, padding: SSU2Manner.i2pd.sessionRequestPadding)
    ).datagram
  }

  private static func header(
    _ type: SSU2MessageType,
    token: UInt64,
    _ router: SSU2RouterFacts
  ) -> SSU2Header {
    SSU2Header(
      type,
      to: .random(in: .min ... .max),
      from: .random(in: .min ... .max),
      token: token,
      networkIdentifier: router.networkIdentifier
    )
  }

  private static func payload(_ wallSeconds: UInt64, padding: ClosedRange<Int>) -> [UInt8] {
    SSU2Block.dateTime(UInt32(truncatingIfNeeded: wallSeconds)).bytes
      + SSU2Block.padding(count: Int.random(in: padding)).bytes
  }
}
