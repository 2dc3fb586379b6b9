import Filter
import Wire

/// A judgement with its replay set, as a shard holds them, in a form that tests can pass around.
final class Judge {
  private let handshake: NTCP2Handshake
  private var replay: ReplaySet
  var now = Instant(nanoseconds: 1_000 * Nanoseconds.perSecond)

  init(
    _ kind: RouterKind = .i2pd,
    hybrid: HybridForm? = nil,
    networkIdentifier: UInt8 = 2,
    hasKey: Bool = true
  ) {
    let facts = PlainRouter.facts(kind, hybrid: hybrid, networkIdentifier: networkIdentifier)
    if hasKey {
      var key = PlainRouter.privateKey
      handshake = NTCP2Handshake(facts: facts, privateKey: SecretBytes(moving: &key))
    } else {
      handshake = NTCP2Handshake(facts: facts, privateKey: nil)
    }
    replay = ReplaySet(capacity: 64, now: now)
  }

  func look(_ bytes: [UInt8]) -> LookVerdict {
    handshake.look(bytes.span, replay: replay)
  }

  func prove(
    _ bytes: [UInt8],
    wallSeconds: UInt64 = PlainRouter.wallSeconds
  ) -> ProofVerdict {
    handshake.prove(bytes.span, replay: &replay, now: now, wallSeconds: wallSeconds)
  }

  /// Looks, and proves what was found worth it.
  func judge(_ bytes: [UInt8], wallSeconds: UInt64 = PlainRouter.wallSeconds) -> ProofVerdict? {
    switch look(bytes) {
    case .wait, .plausible: nil
    case .refuse(let reason): .refuse(reason)
    case .prove: prove(bytes, wallSeconds: wallSeconds)
    }
  }
}

/// A verdict without its numbers.
enum ProofVerdictWord: Equatable {
  case waits
  case proven
  case refused(Reason)

  init(_ verdict: ProofVerdict?) {
    switch verdict {
    case nil: self = .waits
    case .proven: self = .proven
    case .refuse(let reason): self = .refused(reason)
    }
  }
}
