public import Wire

/// What the cheap checks say of the bytes that a stranger has sent so far.
public enum LookVerdict: Equatable, BitwiseCopyable, Sendable {
  /// Not a whole first flight yet: look again when this many bytes are there.
  case wait(forBytes: Int)
  /// Everything that costs nothing is right: prove it with the router's key.
  case prove
  /// Everything that costs nothing is right, and there is no key to prove it with.
  case plausible(ProvenFlight)
  /// Can't be a first flight that the router would take.
  case refuse(Reason)
}

/// What the proof says of a first flight.
public enum ProofVerdict: Equatable, BitwiseCopyable, Sendable {
  /// Made for this router, with options that it takes.
  case proven(ProvenFlight)
  /// Not, or with options that the router would not take.
  case refuse(Reason)
}

/// What a first flight that may be let through announces.
public struct ProvenFlight: Equatable, BitwiseCopyable, Sendable {
  /// Whether the router's key has opened it; without the key its lengths are the least that they
  /// may be.
  public let isProven: Bool
  /// Bytes of the whole first flight, padding included.
  public let length: Int
  /// Bytes of message 3, which the peer sends after the router's answer.
  public let message3Length: Int
  /// The peer's clock is further off than the router takes: the router tells it so.
  public let isSkewed: Bool
  /// Bytes that may follow before the router answers: none when the length is proven; else they may
  /// be padding that came late.
  public let lateBytes: Int

  /// A proven flight of `length` bytes, to be followed by a message 3 of `message3Length` bytes.
  public init(length: Int, message3Length: Int, isSkewed: Bool = false) {
    isProven = true
    self.length = length
    self.message3Length = message3Length
    self.isSkewed = isSkewed
    lateBytes = 0
  }

  /// A flight that nothing proves, of at least `length` and at most `lateBytes` more bytes, to be
  /// followed by a message 3 of at least `message3Minimum` bytes.
  public init(plausibleLength length: Int, message3Minimum: Int, lateBytes: Int) {
    isProven = false
    self.length = length
    message3Length = message3Minimum
    isSkewed = false
    self.lateBytes = lateBytes
  }
}

/// The judgement of NTCP2 first flights for one router: checks in the order of their cost.
///
/// Holds no state about peers; bytes and moments come in, a verdict goes out. Replaced as a whole
/// when the router's files change.
@safe
public struct NTCP2Handshake: ~Copyable, @unchecked Sendable {
  /// What the gate knows of the router.
  public let facts: NTCP2Facts
  private let mask: KeyMask
  private let prover: NTCP2Prover?
  private let bounds: RouterBounds
  private let hybrid: NTCP2Form?
  private let ephemeralKey: UnsafeMutablePointer<UInt8>

  /// A judgement for the router with these facts; without its private key (32 bytes) first flights
  /// can only be found plausible.
  public init(facts: NTCP2Facts, privateKey: consuming SecretBytes?) {
    self.facts = facts
    mask = KeyMask(
      routerHash: facts.routerHash,
      initializationVector: facts.initializationVector
    )
    if let key = privateKey {
      prover = NTCP2Prover(privateKey: key, publicKey: facts.staticPublicKey)
    } else {
      prover = nil
    }
    bounds = RouterBounds(facts.kind)
    hybrid = facts.hybrid.map(NTCP2Form.init)
    unsafe ephemeralKey = .allocate(capacity: NTCP2Length.key)
  }

  deinit {
    unsafe ephemeralKey.deallocate()
  }

  /// Whether first flights can be proven, not only found plausible.
  public var canProve: Bool { prover != nil }

  /// The most bytes of a first flight that have to be looked at.
  public static let longestFirstFlight = NTCP2Length.longestFirstFlight

  /// The cheap checks: length, replay, the key's form, points of low order. No key agreement.
  #if !DEBUG
    @_noLocks
  #endif
  public func look(_ bytes: borrowing Span<UInt8>, replay: borrowing ReplaySet) -> LookVerdict {
    let shortest = NTCP2Form.classic.lengthBeforePadding
    guard bytes.count >= shortest else { return .wait(forBytes: shortest) }
    guard let start = unsafe Self.start(of: bytes) else { return .wait(forBytes: shortest) }
    if unsafe replay.contains(start) { return .refuse(.replayed) }
    guard let form = unsafe unmask(start) else { return .refuse(.hybridUnpublished) }
    guard unsafe !WeakKey.matches(ephemeralKey) else { return .refuse(.weakKey) }
    let needed = form.lengthBeforePadding
    guard bytes.count >= needed else { return .wait(forBytes: needed) }
    let late = needed &+ bounds.padding(form) &- bytes.count
    guard late >= 0 else { return .refuse(.oversized) }
    guard !canProve else { return .prove }
    let message3 = NTCP2Length.message3Part1 &+ bounds.message3Part2Minimum
    return .plausible(
      ProvenFlight(plausibleLength: bytes.count, message3Minimum: message3, lateBytes: late)
    )
  }

  /// The proof: one X25519 and the frames' tags, then the options.
  ///
  /// `bytes` were found worth proving by `look`. A good flight is recorded against replay, and the
  /// record is asked again: two copies may have been looked at before either was proven.
  #if !DEBUG
    @_noLocks
  #endif
  public func prove(
    _ bytes: borrowing Span<UInt8>,
    replay: inout ReplaySet,
    now: Instant,
    wallSeconds: UInt64
  ) -> ProofVerdict {
    guard let start = unsafe Self.start(of: bytes), bytes.count >= NTCP2Length.key,
      let form = unsafe unmask(start), bytes.count >= form.lengthBeforePadding
    else { return .refuse(.unauthenticated) }
    if unsafe replay.contains(start) { return .refuse(.replayed) }
    switch unsafe proof(start, form: form) {
    case .weakKey: return .refuse(.weakKey)
    case .unauthenticated: return .refuse(.unauthenticated)
    case .options(let options):
      unsafe replay.insert(start, now: now)
      return judge(options, form: form, wallSeconds: wallSeconds)
    }
  }

  /// Where `bytes` begin: good while the caller holds them. A closure would have to hold this
  /// judgement and the replay set as well, and count references for it.
  private static func start(of bytes: borrowing Span<UInt8>) -> UnsafePointer<UInt8>? {
    unsafe bytes.withUnsafeBufferPointer { $0.baseAddress }
  }

  private func proof(_ flight: UnsafePointer<UInt8>, form: NTCP2Form) -> NTCP2Prover.Outcome {
    guard prover != nil else { preconditionFailure("a proof needs the router's private key") }
    return unsafe prover?.prove(flight, form: form, ephemeralKey: ephemeralKey) ?? .unauthenticated
  }

  private func judge(
    _ options: NTCP2Options,
    form: NTCP2Form,
    wallSeconds: UInt64
  ) -> ProofVerdict {
    guard options.networkIdentifier == facts.networkIdentifier || options.networkIdentifier == 0
    else { return .refuse(.otherNetwork) }
    guard options.version == 2 else { return .refuse(.otherVersion) }
    let padding = Int(options.paddingLength)
    guard padding <= bounds.padding(form) else { return .refuse(.paddingTooLong) }
    let part2 = Int(options.message3Part2Length)
    guard part2 >= bounds.message3Part2Minimum, part2 <= bounds.message3Part2Maximum else {
      return .refuse(.message3OutOfBounds)
    }
    let theirs = UInt64(options.timestampSeconds)
    let skew = theirs > wallSeconds ? theirs &- wallSeconds : wallSeconds &- theirs
    return .proven(
      ProvenFlight(
        length: form.lengthBeforePadding &+ padding,
        message3Length: NTCP2Length.message3Part1 &+ part2,
        isSkewed: skew > bounds.clockSkewSeconds
      )
    )
  }

  /// Unmasks the key at `start` into `ephemeralKey`, without the hybrid mark; nil when the mark is
  /// set and the router publishes no hybrid form.
  private func unmask(_ start: UnsafePointer<UInt8>) -> NTCP2Form? {
    unsafe mask.unmask(start, into: ephemeralKey)
    let last = NTCP2Length.key &- 1
    guard unsafe ephemeralKey[last] & 0x80 != 0 else { return .classic }
    unsafe ephemeralKey[last] &= 0x7f
    return hybrid
  }
}
