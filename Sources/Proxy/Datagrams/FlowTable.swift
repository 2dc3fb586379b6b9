internal import Filter
internal import Wire

/// How far a proxied flow has come.
enum FlowStage: Int, BitwiseCopyable {
  /// The router's answers are looked at.
  case trial
  /// Carried without a look.
  case admitted
}

/// A peer's datagrams and the router's answers to them, in proxy mode.
struct Flow<Link: ~Copyable>: ~Copyable {
  let link: Link
  let peer: Endpoint
  /// The door at which the peer's datagrams come in.
  let door: Int
  var stage = FlowStage.trial
  var usedAt: Instant
}

/// The flows of one shard, found by the peer's endpoint: a table of fixed size.
///
/// When it is full, the flow on trial that was silent longest makes room; for an admitted one, the
/// admitted flow that was. A flood of flows on trial so never ends an admitted one.
@safe
struct FlowTable<Link: ~Copyable>: ~Copyable {
  /// Flows on trial may have this part of the table.
  private static var trialDivisor: Int { 2 }

  private var slots: SlotPool<Flow<Link>>
  private var queues: SlotQueues
  private let hasher = SourceHasher()
  /// The first slot of each bucket's chain, and the next one of each slot.
  private let heads: UnsafeMutablePointer<UInt32>
  private let nexts: UnsafeMutablePointer<UInt32>
  private let mask: Int

  /// An empty table.
  init(capacity: Int) {
    slots = SlotPool(capacity: capacity)
    queues = SlotQueues(queueCount: 2, capacity: capacity)
    var buckets = 1
    while buckets < 2 * capacity { buckets *= 2 }
    mask = buckets - 1
    unsafe heads = .allocate(capacity: buckets)
    unsafe heads.initialize(repeating: SlotPool<Flow<Link>>.none, count: buckets)
    unsafe nexts = .allocate(capacity: capacity)
    unsafe nexts.initialize(repeating: SlotPool<Flow<Link>>.none, count: capacity)
  }

  deinit {
    unsafe heads.deallocate()
    unsafe nexts.deallocate()
  }

  /// Flows in all.
  var count: Int { slots.count }

  /// Flows of a stage.
  func count(_ stage: FlowStage) -> Int { queues.count(stage.rawValue) }

  /// The slot of `peer`'s flow; nil when there is none.
  func find(_ peer: Endpoint) -> UInt32? {
    var slot = unsafe heads[bucket(peer)]
    while slot != SlotPool<Flow<Link>>.none {
      if slots[slot].peer == peer { return slot }
      slot = unsafe nexts[Int(slot)]
    }
    return nil
  }

  /// The flow in a slot.
  subscript(slot: UInt32) -> Flow<Link> {
    _read { yield slots[slot] }
    _modify { yield &slots[slot] }
  }

  /// The generation of a slot.
  func generation(_ slot: UInt32) -> UInt32 { slots.generation(slot) }

  /// Whether the slot exists and holds the flow of this generation.
  func holds(_ slot: UInt32, generation: UInt32) -> Bool {
    slots.holds(slot, generation: generation)
  }

  /// Whether a flow of `stage` finds room, after another one made it where there was none.
  mutating func makeRoom(_ stage: FlowStage) -> Bool {
    let trialMaximum = max(slots.capacity / Self.trialDivisor, 1)
    let isCrowded = stage == .trial && count(.trial) >= trialMaximum
    guard slots.isFull || isCrowded else { return true }
    if let slot = queues.oldest(FlowStage.trial.rawValue) {
      remove(slot)
      return true
    }
    guard stage == .admitted, let slot = queues.oldest(FlowStage.admitted.rawValue) else {
      return false
    }
    remove(slot)
    return true
  }

  /// Puts a flow, whose peer has none yet, into a free slot; the slot.
  mutating func insert(_ flow: consuming Flow<Link>) -> UInt32 {
    let bucket = bucket(flow.peer)
    let stage = flow.stage
    let slot = slots.insert(flow)
    unsafe nexts[Int(slot)] = heads[bucket]
    unsafe heads[bucket] = slot
    queues.move(slot, to: stage.rawValue)
    return slot
  }

  /// The flow in `slot` is used, and has come to `stage`.
  mutating func touch(_ slot: UInt32, _ stage: FlowStage, now: Instant) {
    slots[slot].usedAt = now
    slots[slot].stage = stage
    queues.move(slot, to: stage.rawValue)
  }

  /// Ends a flow; its link closes.
  mutating func remove(_ slot: UInt32) {
    unlink(slot)
    queues.leave(slot)
    _ = slots.remove(slot)
  }

  /// Ends the next flow that was silent for too long; whether there was one.
  mutating func expire(now: Instant, _ limits: FlowLimits) -> Bool {
    expire(.trial, after: FlowLimits.trialNanoseconds, now)
      || expire(.admitted, after: limits.idleTimeoutNanoseconds, now)
  }

  private mutating func expire(
    _ stage: FlowStage,
    after span: UInt64,
    _ now: Instant
  ) -> Bool {
    guard let slot = queues.oldest(stage.rawValue),
      now.nanoseconds(since: slots[slot].usedAt) >= span
    else { return false }
    remove(slot)
    return true
  }

  private func bucket(_ peer: Endpoint) -> Int {
    Int(truncatingIfNeeded: hasher.key(peer) >> 1) & mask
  }

  private func unlink(_ slot: UInt32) {
    let bucket = bucket(slots[slot].peer)
    let next = unsafe nexts[Int(slot)]
    var current = unsafe heads[bucket]
    guard current != slot else {
      unsafe heads[bucket] = next
      return
    }
    while current != SlotPool<Flow<Link>>.none {
      let following = unsafe nexts[Int(current)]
      if following == slot {
        unsafe nexts[Int(current)] = next
        return
      }
      current = following
    }
    preconditionFailure("a flow outside of its chain")
  }
}
