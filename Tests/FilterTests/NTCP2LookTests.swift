import Testing

@testable import Filter

/// The cheap checks: lengths at every border, the mark, weak keys, and what no key can prove.
@Suite struct NTCP2LookTests {
  /// The longest first flight that each router takes.
  private static func longest(_ kind: RouterKind, _ shape: PlainFlight.Shape) -> Int {
    guard shape == .classic else { return 2 * shape.length }
    return kind == .i2pd ? 287 : 64 + 256
  }

  @Test(arguments: RouterKind.allCases)
  func everyLengthOfAClassicFlightHasItsVerdict(kind: RouterKind) {
    let flight = PlainFlight(padding: [UInt8](repeating: 7, count: 400)).bytes
    let judge = Judge(kind)
    let longest = Self.longest(kind, .classic)
    for count in 0...flight.count {
      let verdict = judge.look(Array(flight.prefix(count)))
      switch count {
      case ..<64: #expect(verdict == .wait(forBytes: 64), "\(count) bytes")
      case ...longest: #expect(verdict == .prove, "\(count) bytes")
      default: #expect(verdict == .refuse(.oversized), "\(count) bytes")
      }
    }
  }

  @Test(arguments: RouterKind.allCases, PlainFlight.Shape.allCases)
  func everyLengthOfAHybridFlightHasItsVerdict(kind: RouterKind, shape: PlainFlight.Shape) {
    guard shape != .classic else { return }
    let padding = [UInt8](repeating: 7, count: shape.length + 5)
    let flight = PlainFlight(shape: shape, padding: padding).bytes
    let judge = Judge(kind, hybrid: shape.published)
    for count in 0...flight.count {
      let verdict = judge.look(Array(flight.prefix(count)))
      switch count {
      case ..<64: #expect(verdict == .wait(forBytes: 64), "\(count) bytes")
      case ..<shape.length:
        #expect(verdict == .wait(forBytes: shape.length), "\(count) bytes")
      case ...(2 * shape.length): #expect(verdict == .prove, "\(count) bytes")
      default: #expect(verdict == .refuse(.oversized), "\(count) bytes")
      }
    }
  }

  @Test(arguments: PlainFlight.Shape.allCases)
  func noTruncationIsProven(shape: PlainFlight.Shape) {
    let flight = PlainFlight(shape: shape, padding: []).bytes
    let judge = Judge(hybrid: shape.published)
    for count in 0..<flight.count {
      #expect(judge.prove(Array(flight.prefix(count))) == .refuse(.unauthenticated), "\(count)")
    }
    #expect(judge.judge(flight) != .refuse(.replayed))
  }

  @Test func theMarkIsRefusedWhereNoHybridFormIsPublished() {
    let flight = PlainFlight(shape: .mlkem768).bytes
    for count in 64...flight.count {
      #expect(Judge().look(Array(flight.prefix(count))) == .refuse(.hybridUnpublished))
    }
  }

  /// RFC 7748 and the points of low order of Curve25519 in every encoding below 2^255.
  private static let weakPoints = [
    String(repeating: "00", count: 32),
    "01" + String(repeating: "00", count: 31),
    "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
    "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
    "ec" + String(repeating: "ff", count: 30) + "7f",
    "ed" + String(repeating: "ff", count: 30) + "7f",
    "ee" + String(repeating: "ff", count: 30) + "7f",
  ].map(hex)

  @Test func everyPointOfLowOrderIsRefusedThoughItsFramesAreRight() {
    for point in Self.weakPoints {
      let flight = PlainFlight(point: point).bytes
      #expect(Judge().look(flight) == .refuse(.weakKey), "\(point[0])")
      #expect(Judge().prove(flight) == .refuse(.weakKey), "\(point[0])")
      #expect(Judge(hasKey: false).look(flight) == .refuse(.weakKey), "\(point[0])")
      for form in PlainFlight.Shape.allCases where form != .classic {
        let marked = PlainFlight(shape: form, point: point).bytes
        let judge = Judge(hybrid: form.published)
        #expect(judge.look(marked) == .refuse(.weakKey), "\(point[0]), \(form)")
        #expect(judge.prove(marked) == .refuse(.weakKey), "\(point[0]), \(form)")
      }
    }
  }

  @Test func neighboursOfThePointsOfLowOrderAreNoneThemselves() {
    for point in Self.weakPoints {
      var other = point
      other[3] ^= 0x40
      #expect(Judge().look(PlainFlight(point: other).bytes) == .prove, "\(point[0])")
    }
  }

  @Test(arguments: RouterKind.allCases, PlainFlight.Shape.allCases)
  func withoutAKeyAFlightIsPlausible(kind: RouterKind, shape: PlainFlight.Shape) {
    let judge = Judge(kind, hybrid: shape.published, hasKey: false)
    let longest = Self.longest(kind, shape)
    let padding = [UInt8](repeating: 7, count: longest - shape.length + 1)
    let flight = PlainFlight(shape: shape, padding: padding).bytes
    for count in shape.length...longest {
      let expected = ProvenFlight(
        plausibleLength: count,
        message3Minimum: 48 + 459,
        lateBytes: longest - count
      )
      #expect(judge.look(Array(flight.prefix(count))) == .plausible(expected))
    }
    #expect(judge.look(flight) == .refuse(.oversized))
    for count in 0..<64 {
      #expect(judge.look(Array(flight.prefix(count))) == .wait(forBytes: 64))
    }
  }

  @Test func onlyAKeyCanProve() async {
    await #expect(processExitsWith: .failure) {
      _ = Judge(hasKey: false).prove(PlainFlight().bytes)
    }
  }
}
