internal import Wire

/// Endpoints that have shown that they receive what is sent to them: by returning a token of the
/// router or a cookie of ours.
///
/// Found by a secret hash of address and port, and by a secret hash of the destination connection
/// identifier of the session that they began, so that a session which moves to another port is
/// recognised. Routers use one port for everything, so a peer that comes back is found again.
/// Bounded: when there is no room, the endpoint among sixteen that was proven longest ago makes it.
@safe
struct ProvenEndpoints: ~Copyable {
  /// An endpoint proven again after this long is worth telling the caller.
  static let renewalSeconds: UInt32 = 600

  private var endpoints: TagTable
  private let values: UnsafeMutablePointer<ProvenEndpoint>
  private var sessions: TagTable
  /// Beside each session's tag: the slot of its endpoint.
  private let slots: UnsafeMutablePointer<UInt32>
  private var lifetimeSeconds: UInt32

  /// No endpoints, with room for `capacity`, each kept for at least `lifetimeNanoseconds`.
  init(capacity: UInt32, lifetimeNanoseconds: UInt64) {
    endpoints = TagTable(capacity: capacity)
    sessions = TagTable(capacity: capacity)
    unsafe values = .allocate(capacity: endpoints.slotCount)
    unsafe values.initialize(repeating: ProvenEndpoint(), count: endpoints.slotCount)
    unsafe slots = .allocate(capacity: sessions.slotCount)
    unsafe slots.initialize(repeating: 0, count: sessions.slotCount)
    lifetimeSeconds = Self.seconds(lifetimeNanoseconds)
  }

  deinit {
    unsafe values.deallocate()
    unsafe slots.deallocate()
  }

  /// Endpoints in the table.
  var count: Int { endpoints.count }

  /// Takes another lifetime; what is remembered stays.
  mutating func reload(lifetimeNanoseconds: UInt64) {
    lifetimeSeconds = Self.seconds(lifetimeNanoseconds)
  }

  /// The slot of the endpoint with this key; nil when it is not proven (any more). Good until the
  /// next call of `prove` or `restore`.
  func find(_ key: UInt64, now: Instant) -> Int? {
    guard let slot = endpoints.find(key), isLive(slot, now) else { return nil }
    return slot
  }

  /// The slot of the endpoint whose session has this key.
  func find(session key: UInt64, now: Instant) -> Int? {
    guard let place = sessions.find(key) else { return nil }
    let slot = unsafe Int(slots[place])
    guard unsafe values[slot].session == key, isLive(slot, now) else { return nil }
    return slot
  }

  /// The endpoint with this key proved itself with a request for the session with key `session`;
  /// where it lies now, and whether that is news.
  mutating func prove(
    _ key: UInt64,
    session: UInt64,
    now: Instant
  ) -> (slot: Int, novelty: ProofNovelty) {
    let seconds = now.wrappingSeconds
    var novelty = ProofNovelty.new
    let slot: Int
    if let known = endpoints.find(key) {
      slot = known
      let age = unsafe seconds &- values[slot].provenSeconds
      if isLive(slot, now) { novelty = age < Self.renewalSeconds ? .known : .renewed }
    } else {
      slot = makeRoom(key, now: now)
    }
    unsafe values[slot].provenSeconds = seconds
    setSession(session, of: slot, seconds)
    return (slot, novelty)
  }

  /// The endpoint with this key showed once more that it receives what is sent to it, if it is
  /// proven; whether that is news. Nil when it is not.
  mutating func renew(_ key: UInt64, now: Instant) -> ProofNovelty? {
    guard let slot = find(key, now: now) else { return nil }
    let seconds = now.wrappingSeconds
    let age = unsafe seconds &- values[slot].provenSeconds
    unsafe values[slot].provenSeconds = seconds
    return age < Self.renewalSeconds ? .known : .renewed
  }

  /// An endpoint proven `ago` nanoseconds before `now`, by an earlier life of this program. What is
  /// known of it already is younger and stays.
  mutating func restore(_ key: UInt64, provenAgoNanoseconds ago: UInt64, now: Instant) {
    guard endpoints.find(key) == nil else { return }
    let age = Self.seconds(ago)
    guard age < lifetimeSeconds else { return }
    let slot = makeRoom(key, now: now)
    unsafe values[slot].provenSeconds = now.wrappingSeconds &- age
  }

  /// Whether the session with key `session` is that of the endpoint in `slot`.
  func holds(_ slot: Int, session: UInt64) -> Bool {
    unsafe values[slot].session == session
  }

  /// Takes one of the requests that the endpoint in `slot` may make; whether there was one.
  mutating func takeRequest(_ slot: Int, _ limit: RateLimit, now: Instant) -> Bool {
    unsafe values[slot].requests.take(limit, now: now)
  }

  /// Lets the next `count` token requests of the endpoint in `slot` pass for sure.
  mutating func grantVouchers(_ slot: Int, _ count: UInt8) {
    unsafe values[slot].vouchers = count
  }

  /// Uses up a voucher of the endpoint in `slot`; whether there was one.
  mutating func takeVoucher(_ slot: Int) -> Bool {
    guard unsafe values[slot].vouchers > 0 else { return false }
    unsafe values[slot].vouchers &-= 1
    return true
  }

  private func isLive(_ slot: Int, _ now: Instant) -> Bool {
    unsafe now.wrappingSeconds &- values[slot].provenSeconds < lifetimeSeconds
  }

  /// A slot for `key` with an empty value.
  private mutating func makeRoom(_ key: UInt64, now: Instant) -> Int {
    let slot = endpoints.freeSlot(key) ?? oldestSlot(key, now: now)
    setSession(0, of: slot, now.wrappingSeconds)
    unsafe values[slot] = ProvenEndpoint()
    endpoints.put(key, in: slot)
    return slot
  }

  private func oldestSlot(_ key: UInt64, now: Instant) -> Int {
    let seconds = now.wrappingSeconds
    var oldest = endpoints.slot(key, choice: 0)
    for choice in 1..<TagTable.choices {
      let slot = endpoints.slot(key, choice: choice)
      let age = unsafe seconds &- values[slot].provenSeconds
      if unsafe age > seconds &- values[oldest].provenSeconds { oldest = slot }
    }
    return oldest
  }

  /// Keeps the index of sessions as small as the table of endpoints: one session each.
  private mutating func setSession(_ session: UInt64, of slot: Int, _ seconds: UInt32) {
    let before = unsafe values[slot].session
    guard before != session else { return }
    if before != 0, let place = sessions.find(before), unsafe Int(slots[place]) == slot {
      sessions.put(0, in: place)
    }
    unsafe values[slot].session = session
    guard session != 0 else { return }
    let place =
      sessions.find(session) ?? sessions.freeSlot(session) ?? oldestSession(session, seconds)
    sessions.put(session, in: place)
    unsafe slots[place] = UInt32(truncatingIfNeeded: slot)
  }

  /// Where a session has to make room: the one whose endpoint was proven longest ago. That can't be
  /// followed any more, no worse.
  private func oldestSession(_ session: UInt64, _ seconds: UInt32) -> Int {
    var oldest = sessions.slot(session, choice: 0)
    for choice in 1..<TagTable.choices {
      let place = sessions.slot(session, choice: choice)
      let age = unsafe seconds &- values[Int(slots[place])].provenSeconds
      if unsafe age > seconds &- values[Int(slots[oldest])].provenSeconds { oldest = place }
    }
    return oldest
  }

  private static func seconds(_ nanoseconds: UInt64) -> UInt32 {
    UInt32(clamping: nanoseconds / Nanoseconds.perSecond)
  }
}
