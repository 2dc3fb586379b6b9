import Filter
import Testing
import Wire

/// The limits and a naive model of them, told the same and compared.
struct LimitsDuel: ~Copyable {
  private var limits: SourceLimits
  private var naive: NaiveLimits
  private var flying: [Guest] = []
  private var known: [Guest] = []

  /// A connection that was let in.
  struct Guest {
    let source: SourceAddress
    let stack: UInt32?
    let keys: SourceKeys
  }

  /// Connections that are half-open.
  private(set) var open: [Guest] = []
  /// The passages that were met.
  private(set) var passages: Set<SourcePassage> = []
  /// The reasons that were met.
  private(set) var seen: Set<Reason> = []

  init(_ settings: LimitSettings) {
    limits = SourceLimits(settings)
    naive = NaiveLimits(settings)
  }

  /// A connection arrives; whether both say the same of it.
  mutating func arrive(
    _ source: SourceAddress,
    stack: UInt32? = nil,
    now: Instant,
    _ place: String
  ) -> Bool {
    let (refusal, passage) = naive.arrive(source, stack: stack, now: now)
    switch (limits.arrive(source, stack: stack, now: now), refusal) {
    case (.welcome(let keys), nil) where keys.passage == passage:
      let guest = Guest(source: source, stack: stack, keys: keys)
      open.append(guest)
      known.append(guest)
      passages.insert(passage)
    case (.refuse(let reason), let expected?) where reason == expected:
      seen.insert(reason)
    case (let verdict, _):
      Issue.record("\(verdict), not \(refusal as Reason?) \(passage), \(place)")
      return false
    }
    return true
  }

  /// One of the half-open connections shows what it is.
  mutating func leaveHalfOpen(_ generator: inout SeededGenerator) {
    guard let index = open.indices.randomElement(using: &generator) else { return }
    let guest = open.remove(at: index)
    naive.leaveHalfOpen(guest.source, guest.keys.passage)
    limits.leaveHalfOpen(guest.keys)
  }

  /// A known source asks for a handshake, which goes to the router.
  mutating func ask(now: Instant, _ generator: inout SeededGenerator) {
    guard let guest = known.randomElement(using: &generator) else { return }
    naive.ask(guest.source, now: now)
    limits.ask(guest.keys, now: now)
    naive.enterFlight(guest.source)
    limits.enterFlight(guest.keys)
    flying.append(guest)
  }

  /// A handshake at the router ends well or not.
  mutating func conclude(now: Instant, _ generator: inout SeededGenerator) {
    guard let index = flying.indices.randomElement(using: &generator) else { return }
    let guest = flying.remove(at: index)
    let isSession = Int.random(in: 0..<3, using: &generator) == 0
    naive.resolve(guest.source, stack: guest.stack, isSession: isSession, now: now)
    if isSession {
      limits.complete(guest.keys, now: now)
    } else {
      limits.fail(guest.keys, now: now)
    }
    naive.leaveFlight(guest.source)
    limits.leaveFlight(guest.keys)
  }

  /// Both must think the same of a known source.
  mutating func compare(now: Instant, _ place: String, _ generator: inout SeededGenerator) {
    guard let guest = known.randomElement(using: &generator) else { return }
    let standing = limits.standing(guest.keys, now: now)
    let expected = naive.standing(
      guest.source,
      stack: guest.stack,
      guest.keys.passage,
      now: now
    )
    #expect(standing == expected, "\(place)")
    let inFlight = limits.inFlight(guest.keys)
    #expect(inFlight == naive.inFlight(guest.source), "\(place)")
  }
}
