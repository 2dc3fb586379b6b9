internal import CSodium

/// A secret of fixed length in libsodium's guarded memory: locked against swapping, kept out of
/// core dumps, fenced by guard pages and wiped when freed.
@safe
public struct SecretBytes: ~Copyable, @unchecked Sendable {
  /// The secret's length in bytes.
  public let count: Int
  private let base: UnsafeMutableRawPointer

  /// Zeroed guarded memory of `count` bytes.
  public init(zeroedCount count: Int) {
    precondition(count > 0, "a secret has at least one byte")
    precondition(sodium_init() >= 0, "libsodium could not start: no source of randomness")
    guard let memory = unsafe sodium_malloc(count) else {
      fatalError("no guarded memory left: raise LimitMEMLOCK for this service")
    }
    unsafe sodium_memzero(memory, count)
    self.count = count
    unsafe base = memory
  }

  /// Fresh random bytes.
  public init(randomCount count: Int) {
    self.init(zeroedCount: count)
    unsafe randombytes_buf(base, count)
  }

  /// Moves `bytes` into guarded memory and wipes them where they were.
  public init(moving bytes: inout [UInt8]) {
    self.init(zeroedCount: bytes.count)
    unsafe bytes.withUnsafeMutableBytes { source in
      guard let start = source.baseAddress else { return }
      unsafe base.copyMemory(from: start, byteCount: source.count)
      unsafe sodium_memzero(start, source.count)
    }
  }

  /// Another secret with the same bytes.
  public func copy() -> SecretBytes {
    let twin = SecretBytes(zeroedCount: count)
    unsafe twin.base.copyMemory(from: base, byteCount: count)
    return twin
  }

  deinit {
    unsafe sodium_free(base)
  }

  /// The secret's memory, valid while this value lives.
  public var bytes: UnsafeMutablePointer<UInt8> { unsafe base.assumingMemoryBound(to: UInt8.self) }
}
