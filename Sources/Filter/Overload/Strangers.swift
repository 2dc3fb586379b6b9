internal import Wire

/// What becomes of a stranger's TokenRequest.
enum StrangerVerdict: Equatable, BitwiseCopyable, Sendable {
  /// It goes to the router.
  case pass
  /// It is answered with a cookie.
  case challenge
  /// It is not answered: its network was sent challenges enough.
  case ignore
}

/// The allowance of endpoints that have proved nothing, and the stages of cookies that follow when
/// it is used up.
///
/// Counts at several levels, from the narrowest: address, network, site, gate. Who exceeds a narrow
/// one burdens no wider one, so one loud network does not switch on cookies for everybody. Whoever
/// proves itself gets its token refunded at every level: honest crowds never run dry, spoofed ones
/// soon do. While cookies are on, the buckets go on counting what is asked for: that is how a stage
/// knows when to end.
struct Strangers: ~Copyable {
  private let table: KeyedTable<DatagramSource>
  private var limits: DatagramLimits
  private var allowance: RouterAllowance
  private var timing: StageTiming
  private var gate = TokenBucket()
  private var gateStage = StageSwitch()
  private var grace = TokenBucket()
  private var reserve = TokenBucket()
  /// The moment until which some source is asked for cookies.
  private var sourcesUntil = Instant(nanoseconds: 0)

  /// What the levels say of one more TokenRequest.
  private enum Load {
    /// Nothing is exceeded.
    case within
    /// It is too much, but not for long enough to ask for cookies.
    case gracious
    /// Cookies are asked for.
    case exceeded
  }

  /// Nobody seen yet.
  init(limits: DatagramLimits, kind: RouterKind) {
    table = KeyedTable(capacity: limits.sourceRecords)
    self.limits = limits
    allowance = limits.allowance(kind)
    timing = limits.timing
  }

  /// Sources in the table.
  var recordCount: Int { table.count }

  /// Takes new limits; what is remembered of sources stays.
  mutating func reload(limits: DatagramLimits, kind: RouterKind) {
    self.limits = limits
    allowance = limits.allowance(kind)
    timing = limits.timing
  }

  /// How hard strangers press the gate now.
  mutating func stage(now: Instant) -> OverloadStage {
    if gateStage.isOn(milliseconds: now.wrappingMilliseconds, timing) { return .gate }
    return now < sourcesUntil ? .networks : .calm
  }

  /// Judges a TokenRequest of a stranger, and counts it.
  mutating func ask(_ keys: SourceKeys, now: Instant) -> StrangerVerdict {
    guard load(keys, now: now) == .exceeded else { return .pass }
    let network = unsafe table.place(keys.network, now: now)
    let mayAnswer = unsafe network.pointee.others.take(limits.networkChallenges, now: now)
    return mayAnswer ? .challenge : .ignore
  }

  /// A stranger with these keys proved itself: what it had asked for was asked in good faith.
  mutating func refund(_ keys: SourceKeys) {
    refund(keys.address, allowance.addressRequests)
    refund(keys.network, allowance.networkRequests)
    if keys.site != 0 { refund(keys.site, allowance.siteRequests) }
    gate.putBack(allowance.requests)
  }

  /// Takes one of the requests that a known address may make when strangers have used up what is
  /// shared; whether there was one.
  ///
  /// Nobody else draws from the reserve. Anybody can write a known address on a datagram, so each
  /// address has only as much of it as a stranger may ask for: who forges one known peer uses up
  /// nothing that is another's, and that one is a stranger again, no worse.
  mutating func takeKnown(_ keys: SourceKeys, now: Instant) -> Bool {
    guard reserve.hasToken(allowance.knownRequests, now: now) else { return false }
    let address = unsafe table.place(keys.address, now: now)
    guard unsafe address.pointee.known.take(allowance.addressRequests, now: now) else {
      return false
    }
    return reserve.take(allowance.knownRequests, now: now)
  }

  /// Takes one of the cookies that a source may return; whether there was one.
  mutating func takeEcho(_ keys: SourceKeys, now: Instant) -> Bool {
    let address = unsafe table.place(keys.address, now: now)
    guard unsafe address.pointee.echoes.take(limits.addressEchoes, now: now) else { return false }
    let network = unsafe table.place(keys.network, now: now)
    return unsafe network.pointee.echoes.take(limits.networkEchoes, now: now)
  }

  /// Takes one of the other datagrams that an address may send; whether there was one.
  mutating func takeOther(_ keys: SourceKeys, now: Instant) -> Bool {
    let address = unsafe table.place(keys.address, now: now)
    return unsafe address.pointee.others.take(limits.addressOthers, now: now)
  }

  /// While everybody is asked for cookies, what single addresses and sites ask for decides nothing,
  /// so they are not looked up: a flood of made-up sources then costs one record each.
  private mutating func load(_ keys: SourceKeys, now: Instant) -> Load {
    let isGateOn = gateStage.isOn(milliseconds: now.wrappingMilliseconds, timing)
    if !isGateOn {
      let load = load(keys.address, allowance.addressRequests, now: now)
      guard load == .within else { return load }
    }
    let network = load(keys.network, allowance.networkRequests, now: now)
    guard network == .within else { return network }
    if !isGateOn, keys.site != 0 {
      let load = load(keys.site, allowance.siteRequests, now: now)
      guard load == .within else { return load }
    }
    guard !gate.take(allowance.requests, now: now) else { return isGateOn ? .exceeded : .within }
    return Self.exceed(&gateStage, &grace, allowance.grace, timing, now: now)
  }

  /// What one source's level says of one more TokenRequest.
  private mutating func load(_ key: UInt64, _ limit: RateLimit, now: Instant) -> Load {
    let record = unsafe table.place(key, now: now)
    let load: Load
    if unsafe record.pointee.requests.take(limit, now: now) {
      let milliseconds = now.wrappingMilliseconds
      load =
        unsafe record.pointee.stage.isOn(milliseconds: milliseconds, timing)
        ? .exceeded : .within
    } else {
      load = unsafe Self.exceed(
        &record.pointee.stage,
        &grace,
        allowance.grace,
        timing,
        now: now
      )
      if load == .exceeded { sourcesUntil = now.advanced(byNanoseconds: limits.holdNanoseconds) }
    }
    return load
  }

  /// An allowance is exceeded. During the grace of `stage` what is too much passes, as long as the
  /// gate has grace left; without any the stage switches on at once, so that nobody waits in vain.
  private static func exceed(
    _ stage: inout StageSwitch,
    _ grace: inout TokenBucket,
    _ graceLimit: RateLimit,
    _ timing: StageTiming,
    now: Instant
  ) -> Load {
    let milliseconds = now.wrappingMilliseconds
    if stage.exceed(milliseconds: milliseconds, timing) { return .exceeded }
    if grace.take(graceLimit, now: now) { return .gracious }
    stage.endGrace()
    return .exceeded
  }

  private func refund(_ key: UInt64, _ limit: RateLimit) {
    guard let record = unsafe table.find(key) else { return }
    unsafe record.pointee.requests.putBack(limit)
  }
}
