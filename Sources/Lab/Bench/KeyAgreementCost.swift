import Kernel
import Wire

/// What one X25519 costs here and now: the price of a proof that no program can avoid.
enum KeyAgreementCost {
  private static let rounds = 2_000

  /// Microseconds of processor time of one key agreement on `core`.
  static func microseconds(core: Int) throws -> Double {
    let thread = try OutcomeThread(core: Int32(core)) { () -> Double in
      let privateKey = Primitives.randomBytes(32)
      let publicKey = Primitives.publicKey(of: Primitives.randomBytes(32))
      let before = ThreadTimes.processorNanoseconds
      for _ in 0..<rounds { _ = Primitives.sharedSecret(privateKey, publicKey) }
      return Double(ThreadTimes.processorNanoseconds &- before) / 1_000 / Double(rounds)
    }
    return try thread.join()
  }
}
