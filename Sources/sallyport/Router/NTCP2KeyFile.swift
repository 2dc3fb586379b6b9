internal import Filter
internal import Wire

/// NTCP2's private key and initialisation vector, as a router keeps them.
struct NTCP2KeyFile: ~Copyable {
  /// Where they were read.
  let path: String
  /// The private X25519 key, 32 bytes.
  let privateKey: SecretBytes
  /// The initialisation vector, 16 bytes, which the router publishes too.
  let initializationVector: [UInt8]

  /// The key as a router of `kind` keeps it.
  static func read(
    _ request: RouterFilesRequest,
    kind: RouterKind
  ) throws(RouterFilesFault) -> NTCP2KeyFile {
    switch kind {
    case .i2pd: try readI2PD(request)
    case .java: try readJava(request)
    }
  }

  /// i2pd's `ntcp2.keys`: public half, private half, initialisation vector, 80 bytes.
  private static func readI2PD(
    _ request: RouterFilesRequest
  ) throws(RouterFilesFault) -> NTCP2KeyFile {
    let path = request.path(RouterFileNames.i2pdNTCP2Keys)
    let size = RouterFileNames.i2pdNTCP2KeysBytes
    let file = try RouterFileReading.readSecret(path, maximumBytes: size)
    guard file.count == size else {
      throw .keyFileSize(file: path, bytes: file.count, expectedBytes: size)
    }
    let privateKey = SecretBytes(zeroedCount: TransportKey.bytes)
    unsafe privateKey.bytes.update(
      from: file.memory.bytes + TransportKey.bytes,
      count: TransportKey.bytes
    )
    let content = unsafe UnsafeBufferPointer(start: file.memory.bytes, count: size)
    let vector = unsafe Array(content[(2 * TransportKey.bytes)...])
    return NTCP2KeyFile(path: path, privateKey: privateKey, initializationVector: vector)
  }

  /// Java I2P's `router.config`: properties `i2np.ntcp2.sp` and `i2np.ntcp2.iv` in I2P base64.
  private static func readJava(
    _ request: RouterFilesRequest
  ) throws(RouterFilesFault) -> NTCP2KeyFile {
    let path = request.path(RouterFileNames.javaConfiguration)
    let file = try RouterFileReading.readSecret(
      path,
      maximumBytes: RouterFileNames.javaConfigurationMaximumBytes
    )
    let privateKey = SecretBytes(zeroedCount: TransportKey.bytes)
    var key = unsafe MutableSpan(_unsafeStart: privateKey.bytes, count: TransportKey.bytes)
    try decode("i2np.ntcp2.sp", of: file, path: path, into: &key)

    var vector = [UInt8](repeating: 0, count: RouterAddress.initializationVectorBytes)
    var destination = vector.mutableSpan
    try decode("i2np.ntcp2.iv", of: file, path: path, into: &destination)
    return NTCP2KeyFile(path: path, privateKey: privateKey, initializationVector: vector)
  }

  /// Decodes the value of the property `name`, which must fill `destination`.
  private static func decode(
    _ name: StaticString,
    of file: borrowing SecretFile,
    path: String,
    into destination: inout MutableSpan<UInt8>
  ) throws(RouterFilesFault) {
    let text = unsafe Span(_unsafeStart: file.memory.bytes, count: file.count)
    guard let range = PropertyText.value(of: name, in: text),
      I2PBase64.decode(text.extracting(range), into: &destination) == destination.count
    else {
      throw .property(file: path, name: "\(name)", bytes: destination.count)
    }
  }
}
