internal import Filter
internal import Wire

/// What is known of an address from before and from elsewhere.
struct StandingReport: Codable, Equatable {
  /// A test that counts.
  struct Test: Codable, Equatable {
    /// Its word.
    var test: String
    /// What it counts.
    var weight: UInt32
    /// Until when, in seconds since 1970.
    var untilSeconds: UInt64
  }

  /// What became of a handshake.
  struct Outcome: Codable, Equatable {
    /// `complete`, or the reason of the failure.
    var word: String
    /// When, in seconds since 1970.
    var seconds: UInt64
  }

  /// What speaks for it, less what speaks against it.
  var score: Int32
  /// The score from which on an address is known.
  var knownFrom: Int32
  /// The tests that count.
  var tests: [Test]
  /// Handshakes that failed by its own doing, as far as they are remembered.
  var failures: UInt8
  /// What each of them takes away.
  var failureWeight: UInt32
  /// What became of its last handshake; nil when that is not known.
  var last: Outcome?
}

extension StandingReport {
  /// What `facts` say at `now`, which is `wallSeconds`.
  init(_ facts: StandingFacts, _ weights: StandingWeights, now: Instant, wallSeconds: UInt64) {
    score = weights.score(facts)
    knownFrom = StandingWeights.known
    tests = StandingTest.allCases.reversed().compactMap { test in
      guard let end = facts.end(test) else { return nil }
      return Test(
        test: "\(test.word)",
        weight: weights.weight(test),
        untilSeconds: wallSeconds + end.nanoseconds(since: now) / Nanoseconds.perSecond
      )
    }
    failures = facts.failures
    failureWeight = weights.failure
    last = facts.lastOutcome.map { outcome, ago in
      let word =
        switch outcome {
        case .passed: "\(EarlierOutcome.complete.word)"
        case .failed(let reason): "\(reason.word)"
        }
      let seconds = ago / Nanoseconds.perSecond
      return Outcome(word: word, seconds: wallSeconds - min(wallSeconds, seconds))
    }
  }
}
