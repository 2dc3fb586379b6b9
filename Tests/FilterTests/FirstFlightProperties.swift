import Filter
import Wire

/// What has to hold for any bytes that a stranger sends, shared by the tests and the fuzzer.
///
/// One judgement for each set of facts that makes a difference, all of them of the router of the
/// known answers, whose key is fixed.
final class FirstFlightProperties {
  private static let start = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)
  private static let wallSeconds: UInt64 = 0x6b00_0000

  /// A router, as its judgement sees it.
  private struct Situation: ~Copyable {
    let handshake: NTCP2Handshake
    let shapes: [Shape]
    var replay = ReplaySet(capacity: 16, now: FirstFlightProperties.start)
  }

  /// The lengths of one form: before its padding, and of its longest padding.
  private struct Shape {
    let length: Int
    let padding: Int
  }

  private static let publicKey: [UInt8] = [
    0x7b, 0x0d, 0x47, 0xd9, 0x34, 0x27, 0xf8, 0x31, 0x11, 0x60, 0x78, 0x1c, 0x7c, 0x73, 0x3f, 0xd8,
    0x9f, 0x88, 0x97, 0x0a, 0xef, 0x49, 0x0d, 0x8a, 0xa0, 0xee, 0x19, 0xa4, 0xcb, 0x8a, 0x1b, 0x14,
  ]

  private var plain: Situation
  private var small: Situation
  private var middle: Situation
  private var large: Situation

  init() {
    plain = Self.situation(.i2pd, nil)
    small = Self.situation(.java, .mlkem512)
    middle = Self.situation(.i2pd, .mlkem768)
    large = Self.situation(.java, .mlkem1024)
  }

  private static func situation(_ kind: RouterKind, _ hybrid: HybridForm?) -> Situation {
    let facts = NTCP2Facts(
      kind: kind,
      version: 966,
      routerHash: [UInt8](repeating: 0x11, count: 32),
      initializationVector: [UInt8](repeating: 0x22, count: 16),
      staticPublicKey: publicKey,
      networkIdentifier: 2,
      hybrid: hybrid
    )
    var key = [UInt8](repeating: 0x33, count: 32)
    var shapes = [Shape(length: 64, padding: kind == .i2pd ? 223 : 256)]
    switch hybrid {
    case .mlkem512: shapes.append(Shape(length: 880, padding: 880))
    case .mlkem768: shapes.append(Shape(length: 1_264, padding: 1_264))
    case .mlkem1024: shapes.append(Shape(length: 1_648, padding: 1_648))
    case nil: break
    }
    return Situation(
      handshake: NTCP2Handshake(facts: facts, privateKey: SecretBytes(moving: &key)),
      shapes: shapes
    )
  }

  /// The property that `bytes` violate; nil when they hold all of them.
  func violated(by bytes: [UInt8]) -> String? {
    Self.violated(&plain, bytes) ?? Self.violated(&small, bytes)
      ?? Self.violated(&middle, bytes) ?? Self.violated(&large, bytes)
  }

  private static func violated(_ situation: inout Situation, _ bytes: [UInt8]) -> String? {
    situation.replay = ReplaySet(capacity: 16, now: start)
    let verdict = situation.handshake.look(bytes.span, replay: situation.replay)
    let lengths = situation.shapes.map(\.length)
    switch verdict {
    case .wait(let needed):
      guard bytes.count < needed else { return "waits for bytes that are there" }
      guard lengths.contains(needed) else { return "waits for no form's length" }
      return nil
    case .plausible:
      return "has the key and does not prove"
    case .refuse(let reason):
      let known: [Reason] = [.hybridUnpublished, .weakKey, .oversized]
      guard known.contains(reason), bytes.count >= 64 else { return "refused: \(reason)" }
    case .prove:
      guard situation.shapes.contains(where: { fits($0, bytes.count) }) else {
        return "proves what is too short or too long"
      }
    }
    return violatedByTruncation(situation, bytes, verdict)
      ?? (verdict == .prove ? violatedByProof(&situation, bytes) : nil)
  }

  private static func fits(_ shape: Shape, _ count: Int) -> Bool {
    (shape.length...(shape.length + shape.padding)).contains(count)
  }

  /// Less of the same bytes may be too short, but never gets another refusal.
  private static func violatedByTruncation(
    _ situation: borrowing Situation,
    _ bytes: [UInt8],
    _ whole: LookVerdict
  ) -> String? {
    let counts = [63, 64, 879, 880, 1_263, 1_264, 1_647, 1_648, bytes.count - 1]
    for count in counts where (0..<bytes.count).contains(count) {
      let part = Array(bytes.prefix(count))
      switch situation.handshake.look(part.span, replay: situation.replay) {
      case .wait(let needed):
        guard needed > count else { return "a part waits for what it has" }
      case .prove:
        guard whole == .prove || whole == .refuse(.oversized) else {
          return "a part is better than the whole: \(whole)"
        }
      case .refuse(let reason):
        guard whole == .refuse(reason) else { return "a part is refused for \(reason)" }
      case .plausible: return "a part is only plausible"
      }
    }
    return nil
  }

  private static func violatedByProof(
    _ situation: inout Situation,
    _ bytes: [UInt8]
  ) -> String? {
    let verdict = situation.handshake.prove(
      bytes.span,
      replay: &situation.replay,
      now: start,
      wallSeconds: wallSeconds
    )
    let again = situation.handshake.look(bytes.span, replay: situation.replay)
    switch verdict {
    case .proven(let flight):
      guard situation.shapes.contains(where: { fits($0, flight.length) }) else {
        return "a proven length of \(flight.length)"
      }
      guard (48 + 459...48 + 6_000).contains(flight.message3Length) else {
        return "a message 3 of \(flight.message3Length)"
      }
      guard flight.lateBytes == 0 else { return "a proven flight may send more" }
      guard again == .refuse(.replayed) else { return "could be proven twice" }
    case .refuse(.unauthenticated):
      guard again == .prove else { return "a failure left a trace" }
    case .refuse(.otherNetwork), .refuse(.otherVersion), .refuse(.paddingTooLong),
      .refuse(.message3OutOfBounds):
      guard again == .refuse(.replayed) else { return "bad options could be tried twice" }
    case .refuse(let reason):
      return "the proof refuses for \(reason)"
    }
    return nil
  }
}
