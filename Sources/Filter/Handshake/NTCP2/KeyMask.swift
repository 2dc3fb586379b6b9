internal import CCrypto

/// Takes the mask off a first flight's ephemeral key: AES-256-CBC over two blocks, under the
/// router's hash and its published initialisation vector (NTCP2 specification, message 1).
///
/// Both are public, so this proves nothing; it only shows the key's form at the price of two
/// blocks. The chaining is done here: libcrypto takes longer to begin a chain than for both blocks.
@safe
struct KeyMask: ~Copyable {
  private static var blockBytes: Int { 16 }

  private let context: OpaquePointer
  private let vector: UnsafeMutablePointer<UInt8>

  /// A mask for the router with this hash (32 bytes) and vector (16 bytes).
  init(routerHash: [UInt8], initializationVector: [UInt8]) {
    precondition(routerHash.count == 32 && initializationVector.count == 16, "unchecked facts")
    guard let context = unsafe EVP_CIPHER_CTX_new() else { fatalError("no memory for a cipher") }
    let ready = unsafe routerHash.withUnsafeBufferPointer { key in
      unsafe EVP_DecryptInit_ex(context, EVP_aes_256_ecb(), nil, key.baseAddress, nil)
    }
    precondition(ready == 1, "libcrypto has no AES-256-ECB")
    unsafe EVP_CIPHER_CTX_set_padding(context, 0)
    unsafe self.context = context
    unsafe vector = .allocate(capacity: initializationVector.count)
    for index in initializationVector.indices {
      unsafe (vector + index).initialize(to: initializationVector[index])
    }
  }

  deinit {
    unsafe EVP_CIPHER_CTX_free(context)
    unsafe vector.deallocate()
  }

  /// Writes the 32 bytes at `masked`, unmasked, to `key`.
  func unmask(_ masked: UnsafePointer<UInt8>, into key: UnsafeMutablePointer<UInt8>) {
    var written: Int32 = 0
    let length = Int32(NTCP2Length.key)
    let done = unsafe EVP_DecryptUpdate(context, key, &written, masked, length)
    precondition(done == 1 && written == length, "two whole blocks always decrypt")
    for index in 0..<Self.blockBytes {
      unsafe key[index] ^= vector[index]
      unsafe key[Self.blockBytes &+ index] ^= masked[index]
    }
  }
}
