import Filter
import Testing
import Wire

/// The limits and a naive model of them, told the same and compared.
struct LimitsDuel: ~Copyable {
  private var limits: SourceLimits
  private var naive: NaiveLimits
  private var flying: [(SourceAddress, SourceKeys)] = []
  private var known: [(SourceAddress, SourceKeys)] = []

  /// Connections that are half-open.
  private(set) var open: [(SourceAddress, SourceKeys)] = []
  /// The reasons that were met.
  private(set) var seen: Set<Reason> = []

  init(_ settings: LimitSettings) {
    limits = SourceLimits(settings)
    naive = NaiveLimits(settings)
  }

  /// A connection arrives; whether both say the same of it.
  mutating func arrive(_ source: SourceAddress, now: Instant, _ place: String) -> Bool {
    let refusal = naive.arrive(source, now: now)
    switch (limits.arrive(source, now: now), refusal) {
    case (.welcome(let keys), nil):
      open.append((source, keys))
      known.append((source, keys))
    case (.refuse(let reason), let expected?) where reason == expected:
      seen.insert(reason)
    case (let verdict, _):
      Issue.record("\(verdict), \(place)")
      return false
    }
    return true
  }

  /// One of the half-open connections shows what it is.
  mutating func leaveHalfOpen(_ generator: inout SeededGenerator) {
    guard let index = open.indices.randomElement(using: &generator) else { return }
    let (source, keys) = open.remove(at: index)
    naive.leaveHalfOpen(source)
    limits.leaveHalfOpen(keys)
  }

  /// A known source asks for a handshake, which goes to the router.
  mutating func ask(now: Instant, _ generator: inout SeededGenerator) {
    guard let (source, keys) = known.randomElement(using: &generator) else { return }
    naive.ask(source, now: now)
    limits.ask(keys, now: now)
    naive.enterFlight(source)
    limits.enterFlight(keys)
    flying.append((source, keys))
  }

  /// A handshake at the router ends well or not.
  mutating func conclude(now: Instant, _ generator: inout SeededGenerator) {
    guard let index = flying.indices.randomElement(using: &generator) else { return }
    let (source, keys) = flying.remove(at: index)
    let isSession = Int.random(in: 0..<3, using: &generator) == 0
    naive.resolve(source, isSession: isSession, now: now)
    if isSession { limits.complete(keys, now: now) } else { limits.fail(keys, now: now) }
    naive.leaveFlight(source)
    limits.leaveFlight(keys)
  }

  /// Both must think the same of a known source.
  mutating func compare(now: Instant, _ place: String, _ generator: inout SeededGenerator) {
    guard let (source, keys) = known.randomElement(using: &generator) else { return }
    let standing = limits.standing(keys, now: now)
    #expect(standing == naive.standing(source, now: now), "\(place)")
    let inFlight = limits.inFlight(keys)
    #expect(inFlight == naive.inFlight(source), "\(place)")
  }
}
