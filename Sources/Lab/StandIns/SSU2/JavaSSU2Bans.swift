internal import Wire

/// Whom Java I2P does not answer for a while: endpoints that gave an attempt up, and how often a
/// refusal is told (measured with 2.8.0).
struct JavaSSU2Bans {
  private static let banNanoseconds = 900 * Nanoseconds.perSecond
  /// The oldest ban makes room.
  private static let bannedMaximum = 32
  private static let refusalsMaximum: UInt8 = 2
  /// The table of refusals is emptied as a whole this often.
  private static let refusalPeriodNanoseconds = 180 * Nanoseconds.perSecond
  private static let refusalEndsMaximum = 100_000

  private var banned: [Endpoint: Instant] = [:]
  private var refusals: [Endpoint: UInt8] = [:]
  private var refusalsSince: Instant

  /// Whether a refusal is told.
  enum Telling {
    /// It is.
    case told
    /// Silence.
    case silent
  }

  /// Whether an endpoint is banned.
  enum Standing {
    /// It is not.
    case free
    /// It is.
    case banned
  }

  /// Nobody is banned at `now`.
  init(now: Instant) {
    refusalsSince = now
  }

  /// Bans an endpoint.
  mutating func ban(_ endpoint: Endpoint, now: Instant) {
    if banned.count >= Self.bannedMaximum, let oldest = banned.min(by: { $0.value < $1.value }) {
      banned[oldest.key] = nil
    }
    banned[endpoint] = now
  }

  /// Whether an endpoint is banned at `now`.
  func standing(of endpoint: Endpoint, now: Instant) -> Standing {
    guard let since = banned[endpoint], now.nanoseconds(since: since) < Self.banNanoseconds else {
      return .free
    }
    return .banned
  }

  /// Counts one more refusal of an endpoint.
  mutating func refuse(_ endpoint: Endpoint, now: Instant) -> Telling {
    if now.nanoseconds(since: refusalsSince) >= Self.refusalPeriodNanoseconds {
      refusals.removeAll()
      refusalsSince = now
    }
    let count = refusals[endpoint] ?? 0
    guard count < Self.refusalsMaximum, refusals.count < Self.refusalEndsMaximum else {
      return .silent
    }
    refusals[endpoint] = count + 1
    return .told
  }
}
