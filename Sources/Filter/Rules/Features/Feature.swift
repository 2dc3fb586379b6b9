/// Something that may be known of a connection and is one number: what a rule can ask about.
public enum Feature: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// What is known of the source, a `Standing`.
  case standing
  /// Whether the router's netDb lists the address: 1 or 0.
  case netDb
  /// Whether people allowed the address: 1 or 0.
  case allowed
  /// Whether people blocked the address: 1 or 0.
  case blocked
  /// What the router did with the source before, an `EarlierOutcome`.
  case earlier
  /// Microseconds of a round trip, as the kernel measured it when the connection was made.
  case roundTrip
  /// Routers on the way, guessed from the SYN's time to live.
  case hops
  /// Bytes of the first flight that have come.
  case flightLength
  /// Printable bytes among the first of the flight, in percent.
  case printable
  /// Milliseconds from the connection to its first byte.
  case firstByte
  /// Connections of the address that are open, this one among them.
  case concurrency
  /// Failures of the address, decayed.
  case failures
  /// Failures of the network, decayed.
  case networkFailures
  /// New connections of the address, by the minute.
  case reconnects
  /// Neighbouring ports that the source probed.
  case portsProbed

  /// The key that people write in a rule's `when`.
  public var word: StaticString {
    switch self {
    case .standing: "standing"
    case .netDb: "netdb"
    case .allowed: "allowed"
    case .blocked: "blocked"
    case .earlier: "earlier"
    case .roundTrip: "round-trip"
    case .hops: "hops"
    case .flightLength: "length"
    case .printable: "printable"
    case .firstByte: "first-byte"
    case .concurrency: "concurrency"
    case .failures: "failures"
    case .networkFailures: "network-failures"
    case .reconnects: "reconnects"
    case .portsProbed: "ports-probed"
    }
  }

  /// How the number is written; nil for what is asked by a word.
  public var unit: FeatureUnit? {
    switch self {
    case .standing, .netDb, .allowed, .blocked, .earlier: nil
    case .roundTrip: .microseconds
    case .firstByte: .milliseconds
    case .printable: .percent
    case .reconnects: .perMinute
    case .hops, .flightLength, .concurrency, .failures, .networkFailures, .portsProbed: .count
    }
  }

  /// Whether it tells of a flight's own bytes, and not only of when they came.
  public var isOfBytes: Bool { self == .flightLength || self == .printable }

  /// Whether it can be known before the peer has sent anything.
  public var phase: RulePhase {
    switch self {
    case .flightLength, .printable, .firstByte: .firstFlight
    default: .arrival
    }
  }
}

/// When a rule is asked.
public enum RulePhase: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// A connection was made, and nothing was sent.
  case arrival
  /// Bytes of the first flight are there.
  case firstFlight

  /// The word that people read.
  public var word: StaticString {
    switch self {
    case .arrival: "arrival"
    case .firstFlight: "first flight"
    }
  }
}

/// What the router did with a source before.
public enum EarlierOutcome: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// It has not met it, as far as is remembered.
  case none
  /// A handshake became a session.
  case complete
  /// A handshake failed at the router.
  case fail

  /// The word that people write in a rule file.
  public var word: StaticString {
    switch self {
    case .none: "none"
    case .complete: "complete"
    case .fail: "fail"
    }
  }
}
