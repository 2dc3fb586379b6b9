/// A hybrid post-quantum form of NTCP2: X25519 together with one size of ML-KEM (proposal 169).
///
/// The raw value is the `pq` option that the router publishes.
public enum HybridForm: UInt8, Sendable, CaseIterable {
  /// ML-KEM-512.
  case mlkem512 = 3
  /// ML-KEM-768.
  case mlkem768 = 4
  /// ML-KEM-1024.
  case mlkem1024 = 5
}
