import Filter
import Testing
import Wire

@testable import Proxy

/// The wheel of deadlines against a plain list of them.
@Suite("Deadlines")
struct TimerWheelTests {
  private static let tick = TimerWheel.tickNanoseconds
  /// More than one turn of the wheel.
  private static let far = 3_000 * tick

  @Test("Never early, at most one tick late, in any order", arguments: Seeds.list(40))
  func model(seed: UInt64) {
    var random = SmallRandom(seed: seed)
    let capacity = random.number(1...50)
    var now = random.below(1 << 50)
    var wheel = TimerWheel(capacity: capacity, now: Instant(nanoseconds: now))
    var model: [UInt32: UInt64] = [:]
    for _ in 0..<3_000 {
      for _ in 0..<random.number(0...3) {
        let slot = UInt32(random.below(UInt64(capacity)))
        if random.happens(75) {
          let deadline = Self.deadline(now, &random)
          wheel.set(slot, at: Instant(nanoseconds: deadline))
          model[slot] = deadline
        } else {
          wheel.clear(slot)
          model[slot] = nil
        }
      }
      now += Self.step(&random)
      while let slot = wheel.expire(Instant(nanoseconds: now)) {
        guard let deadline = model.removeValue(forKey: slot) else {
          return Seeds.report("a deadline that was not set is met", seed: seed)
        }
        if deadline > now { return Seeds.report("a deadline is met early", seed: seed) }
      }
      if model.values.contains(where: { $0 < now && now - $0 >= Self.tick }) {
        return Seeds.report("a deadline is more than a tick late", seed: seed)
      }
      if wheel.count != model.count { return Seeds.report("miscounted", seed: seed) }
    }
  }

  private static func deadline(_ now: UInt64, _ random: inout SmallRandom) -> UInt64 {
    switch random.below(8) {
    case 0: now - min(now, random.below(far))
    case 1: now + random.below(far)
    case 2: now
    case 3: (now / tick + random.below(4)) * tick
    default: now + random.below(20 * tick)
    }
  }

  private static func step(_ random: inout SmallRandom) -> UInt64 {
    switch random.below(20) {
    case 0: random.below(2 * far)
    case 1: 0
    case 2: tick
    default: random.below(2 * tick)
    }
  }

  @Test("The end of time is never reached, and zero is long past")
  func extremes() {
    var wheel = TimerWheel(capacity: 2, now: Instant(nanoseconds: 5 * Self.tick))
    wheel.set(0, at: Instant(nanoseconds: .max))
    wheel.set(1, at: Instant(nanoseconds: 0))
    #expect(wheel.expire(Instant(nanoseconds: 5 * Self.tick)) == 1)
    #expect(wheel.expire(Instant(nanoseconds: 1 << 45)) == nil)
    #expect(wheel.count == 1)
  }

  @Test("A clock that steps back meets nothing twice and loses nothing")
  func stepBack() {
    var wheel = TimerWheel(capacity: 2, now: Instant(nanoseconds: 100 * Self.tick))
    wheel.set(0, at: Instant(nanoseconds: 101 * Self.tick))
    #expect(wheel.expire(Instant(nanoseconds: 102 * Self.tick)) == 0)
    #expect(wheel.expire(Instant(nanoseconds: 50 * Self.tick)) == nil)
    wheel.set(1, at: Instant(nanoseconds: 60 * Self.tick))
    #expect(wheel.expire(Instant(nanoseconds: 61 * Self.tick)) == nil)
    #expect(wheel.expire(Instant(nanoseconds: 103 * Self.tick)) == 1)
  }
}
