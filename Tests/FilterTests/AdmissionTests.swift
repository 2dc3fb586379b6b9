import Testing
import Wire

@testable import Filter

/// Who is let through to the router, and when.
@Suite struct AdmissionTests {
  private static let start = Instant(nanoseconds: 3_000 * Nanoseconds.perSecond)

  private static func later(_ seconds: UInt64) -> Instant {
    start.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
  }

  private static let allowances: [(Standing, burst: Int, perSecond: Int)] = [
    (.fresh, 48, 4), (.crowded, 16, 1), (.failing, 8, 1),
  ]

  /// Asks until the answer is another than `dial`, each handshake having left unfinished at once.
  private func dials(_ admission: inout Admission, _ standing: Standing, _ now: Instant) -> Int {
    for count in 0..<1_000 {
      guard admission.ask(standing, addressInFlight: 0, now: now) == .dial else { return count }
      admission.resolve(standing, isSession: false)
      admission.leave()
    }
    return 1_000
  }

  @Test func eachStandingHasItsAllowance() {
    var admission = Admission(kind: .i2pd, inFlightMaximum: 16)
    for (standing, burst, perSecond) in Self.allowances {
      #expect(dials(&admission, standing, Self.start) == burst, "\(standing)")
      #expect(dials(&admission, standing, Self.start) == 0, "\(standing)")
      #expect(dials(&admission, standing, Self.later(3)) == 3 * perSecond, "\(standing)")
      #expect(dials(&admission, standing, Self.later(9_999)) == burst, "\(standing)")
    }
    #expect(dials(&admission, .known, Self.start) == 1_000)
  }

  @Test func anAllowanceUsedUpByOneStandingIsNoOthers() {
    for (empty, _, _) in Self.allowances {
      var admission = Admission(kind: .java, inFlightMaximum: 16)
      _ = dials(&admission, empty, Self.start)
      for (other, burst, _) in Self.allowances where other != empty {
        #expect(dials(&admission, other, Self.start) == burst, "\(other) after \(empty)")
      }
    }
  }

  @Test func aSessionGivesItsAllowanceBack() {
    for (standing, _, _) in Self.allowances {
      var admission = Admission(kind: .i2pd, inFlightMaximum: 16)
      for round in 0..<10_000 {
        let verdict = admission.ask(standing, addressInFlight: 0, now: Self.start)
        #expect(verdict == .dial, "\(standing), round \(round)")
        admission.resolve(standing, isSession: true)
        admission.leave()
      }
    }
  }

  @Test func whoIsWithdrawnGivesPlaceAndAllowanceBack() {
    for (standing, _, _) in Self.allowances {
      var admission = Admission(kind: .i2pd, inFlightMaximum: 1)
      for round in 0..<500 {
        let verdict = admission.ask(standing, addressInFlight: 0, now: Self.start)
        #expect(verdict == .dial, "\(standing), round \(round)")
        #expect(admission.handshakesInFlight == 1)
        admission.withdraw(standing)
        #expect(admission.handshakesInFlight == 0)
      }
    }
  }

  @Test func i2pdGetsOneHandshakeOfAnAddressAtATime() {
    for standing in Standing.allCases {
      var i2pd = Admission(kind: .i2pd, inFlightMaximum: 16)
      #expect(i2pd.ask(standing, addressInFlight: 1, now: Self.start) == .wait)
      #expect(i2pd.ask(standing, addressInFlight: 0, now: Self.start) == .dial)
      var java = Admission(kind: .java, inFlightMaximum: 16)
      #expect(java.ask(standing, addressInFlight: 1, now: Self.start) == .dial)
    }
  }

  @Test func aFullRouterMakesRoomForItsLikeOrBetter() {
    for standing in Standing.allCases {
      var admission = Admission(kind: .java, inFlightMaximum: 2)
      _ = admission.ask(.known, addressInFlight: 0, now: Self.start)
      _ = admission.ask(.known, addressInFlight: 0, now: Self.start)
      // Asking in vain uses nothing up.
      for _ in 0..<1_000 {
        let verdict = admission.ask(standing, addressInFlight: 0, now: Self.start)
        #expect(verdict == .makeRoom(worse: standing))
      }
      admission.leave()
      #expect(admission.ask(standing, addressInFlight: 0, now: Self.start) == .dial)
    }
  }

  @Test func whoHasNoAllowanceWaitsEvenWhenTheRouterIsFull() {
    var admission = Admission(kind: .java, inFlightMaximum: 1)
    _ = dials(&admission, .failing, Self.start)
    _ = admission.ask(.known, addressInFlight: 0, now: Self.start)
    #expect(admission.ask(.failing, addressInFlight: 0, now: Self.start) == .wait)
  }

  @Test func aReloadKeepsWhatIsUnderWay() {
    var admission = Admission(kind: .i2pd, inFlightMaximum: 4)
    for _ in 0..<4 { _ = admission.ask(.known, addressInFlight: 0, now: Self.start) }
    admission.reload(kind: .java, inFlightMaximum: 2)
    #expect(admission.handshakesInFlight == 4)
    admission.leave()
    admission.leave()
    let full = admission.ask(.known, addressInFlight: 1, now: Self.start)
    #expect(full == .makeRoom(worse: .known))
    admission.leave()
    #expect(admission.ask(.known, addressInFlight: 1, now: Self.start) == .dial)
  }

  @Test func leavingMoreOftenThanEnteringIsOurMistake() async {
    await #expect(processExitsWith: .failure) {
      var admission = Admission(kind: .i2pd, inFlightMaximum: 1)
      admission.leave()
    }
    await #expect(processExitsWith: .failure) {
      _ = Admission(kind: .i2pd, inFlightMaximum: 0)
    }
  }

  /// Random sequences: never more under way than the router may have, never more left unfinished by
  /// strangers than their allowance and its refill.
  @Test(arguments: UInt64(1)...8)
  func invariantsHold(seed: UInt64) {
    var generator = SeededGenerator(seed: seed)
    let most = UInt32.random(in: 1...40, using: &generator)
    let kind = RouterKind.allCases.randomElement(using: &generator) ?? .i2pd
    var admission = Admission(kind: kind, inFlightMaximum: most)
    var now = Self.start
    var underWay: [Standing] = []
    var unfinished: [Standing: Int] = [:]
    for step in 0..<20_000 {
      let place = "seed \(seed), step \(step)"
      now = now.advanced(
        byNanoseconds: UInt64.random(in: 0...30, using: &generator) * Nanoseconds.perMillisecond
      )
      let standing = Standing.allCases.randomElement(using: &generator) ?? .fresh
      if Bool.random(using: &generator) {
        let ofAddress = Int.random(in: 0...1, using: &generator)
        switch admission.ask(standing, addressInFlight: ofAddress, now: now) {
        case .dial:
          #expect(kind == .java || ofAddress == 0, "\(place)")
          underWay.append(standing)
        case .wait:
          #expect(standing != .known || ofAddress == 1, "\(place)")
        case .makeRoom(let worse):
          #expect(worse == standing && underWay.count == Int(most), "\(place)")
        }
      } else if let index = underWay.indices.randomElement(using: &generator) {
        let leaving = underWay.remove(at: index)
        switch Int.random(in: 0..<4, using: &generator) {
        case 0: admission.withdraw(leaving)
        case 1:
          admission.resolve(leaving, isSession: true)
          admission.leave()
        default:
          admission.resolve(leaving, isSession: false)
          admission.leave()
          unfinished[leaving, default: 0] += 1
        }
      }
      #expect(admission.handshakesInFlight == underWay.count, "\(place)")
      #expect(underWay.count <= Int(most), "\(place)")
    }
    let seconds = Int(now.nanoseconds(since: Self.start) / Nanoseconds.perSecond) + 1
    for (standing, burst, perSecond) in Self.allowances {
      let bound = burst + seconds * perSecond
      #expect(unfinished[standing, default: 0] <= bound, "seed \(seed), \(standing)")
    }
  }
}
