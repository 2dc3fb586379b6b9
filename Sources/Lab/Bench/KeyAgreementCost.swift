import Kernel
import Wire

/// What one X25519 costs here and now: the price of a proof that no program can avoid.
enum KeyAgreementCost {
  private static let rounds = 2_000

  /// Microseconds of processor time of one key agreement on `core`.
  static func microseconds(core: Int) throws -> Double {
    let thread = LabThread { () -> Result<Double, LabError> in
      Result { () throws(LabError) in
        try PinnedThread.pin(toCore: core)
        let privateKey = Primitives.randomBytes(32)
        let publicKey = Primitives.publicKey(of: Primitives.randomBytes(32))
        let before = PinnedThread.processorNanoseconds
        for _ in 0..<rounds { _ = Primitives.sharedSecret(privateKey, publicKey) }
        return Double(PinnedThread.processorNanoseconds &- before) / 1_000 / Double(rounds)
      }
    }
    return try thread.join().get()
  }
}
