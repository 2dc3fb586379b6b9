internal import Wire

/// What is remembered of an endpoint that was proven, in 24 bytes beside its tag.
struct ProvenEndpoint: BitwiseCopyable {
  /// The key of its session's destination connection identifier; zero when none is known.
  var session: UInt64 = 0
  /// How fast it may ask for anything.
  var requests = TokenBucket()
  /// Seconds of the moment when it was last proven, wrapping around: only differences count.
  var provenSeconds: UInt32 = 0
  /// Token requests that pass on the strength of a cookie just returned.
  var vouchers: UInt8 = 0
}

/// Whether a proof says something new.
enum ProofNovelty: Equatable, BitwiseCopyable, Sendable {
  /// The endpoint was not known (any more).
  case new
  /// It was known, but what the caller keeps of it is getting old.
  case renewed
  /// It was proven a moment ago.
  case known
}

extension Instant {
  /// The moment in seconds, wrapping around after 136 years: only differences count.
  var wrappingSeconds: UInt32 {
    UInt32(truncatingIfNeeded: nanoseconds / Nanoseconds.perSecond)
  }
}
