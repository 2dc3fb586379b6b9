internal import Wire

/// The levels of one source, as they are.
struct LevelViews: BitwiseCopyable {
  var address: LevelView
  var apart: LevelView
  var shared: LevelView
  var network: LevelView
  var site: LevelView?
  var gate: LevelView
  /// Whether the source may pass on the reserve of those who are known or allowed.
  var hasReserve: Bool

  /// What the next connection of a source would be refused for of which people said `wish`; nil for
  /// nothing.
  func refusal(_ wish: PeopleVerdict) -> Reason? {
    switch wish {
    case .blocked: .blocked
    case .allowed: gate.tokensLeft > 0 || hasReserve ? nil : .gateRate
    case .unnamed: refusal
    }
  }

  private var refusal: Reason? {
    let wider = hasReserve ? nil : widerRefusal
    if wider == nil, address.tokensLeft > 0, address.hasRoom { return nil }
    if wider != .gateRate, address.completions > 0, shared.tokensLeft > 0, shared.hasRoom {
      return nil
    }
    return wider ?? (address.tokensLeft > 0 ? .addressHalfOpen : .addressRate)
  }

  private var widerRefusal: Reason? {
    guard gate.tokensLeft > 0 else { return .gateRate }
    if let site, site.tokensLeft == 0 { return .prefixRate }
    guard network.tokensLeft > 0 else { return .prefixRate }
    return network.hasRoom ? nil : .prefixHalfOpen
  }
}

extension LevelView {
  /// Whether one more may be half-open.
  var hasRoom: Bool { halfOpenLimit.map { halfOpen < $0 } ?? true }
}

extension SourceLimits {
  /// The levels of one source, without making a record of any.
  func levels(_ keys: SourceKeys, isAllowed: Bool, now: Instant) -> LevelViews {
    let whole = settings
    func account(_ passage: SourcePassage) -> UInt64 {
      hasher.key(address: keys.address, passage)
    }
    var gateView = LevelView(limit: whole.gateRate)
    gateView.isRemembered = true
    gate.show(in: &gateView, now: now)
    return LevelViews(
      address: level(keys.address, whole.addressRate, whole.addressHalfOpen, now: now),
      apart: level(account(.apart), whole.addressRate, whole.addressHalfOpen, now: now),
      shared: level(
        account(.shared),
        whole.sharedAddressRate,
        whole.sharedAddressHalfOpen,
        now: now
      ),
      network: level(keys.network, whole.networkRate, whole.networkHalfOpen, now: now),
      site: keys.site == 0 ? nil : level(keys.site, whole.siteRate, nil, now: now),
      gate: gateView,
      hasReserve: reserve.tokens(whole.knownReserve, now: now) > 0
        && (isAllowed || isKnown(keys, now: now))
    )
  }

  private func level(
    _ key: UInt64,
    _ limit: RateLimit,
    _ halfOpenLimit: UInt32?,
    now: Instant
  ) -> LevelView {
    var view = LevelView(limit: limit, halfOpenLimit: halfOpenLimit)
    var record = SourceRecord()
    if let found = unsafe table.find(key) {
      view.isRemembered = true
      record = unsafe found.pointee
      record.touch(milliseconds: now.wrappingMilliseconds)
    }
    record.connections.show(in: &view, now: now)
    view.halfOpen = UInt32(record.halfOpen)
    view.failures = UInt32(record.failures)
    view.asked = UInt32(record.asked)
    view.completions = UInt32(record.completions)
    return view
  }
}

extension TokenBucket {
  /// Writes what is in the bucket, under the view's limit, into the view.
  fileprivate func show(in view: inout LevelView, now: Instant) {
    view.tokensLeft = tokens(view.limit, now: now)
    view.nextTokenNanoseconds = wait(view.limit, now: now)
  }
}
