internal import Filter
internal import Wire

/// One transport's private key, and the key published beside its public half, as a router keeps
/// them.
struct TransportKeyFile: ~Copyable {
  /// Where they were read.
  let path: String
  /// The private X25519 key, 32 bytes.
  let privateKey: SecretBytes
  /// What the router publishes as `i`: NTCP2's initialisation vector, 16 bytes, or SSU2's
  /// introduction key, 32 bytes.
  let publishedKey: [UInt8]

  /// The keys of `transport` as a router of `kind` keeps them.
  static func read(
    _ request: RouterFilesRequest,
    _ transport: Transport,
    kind: RouterKind
  ) throws(RouterFilesFault) -> TransportKeyFile {
    switch kind {
    case .i2pd: try readI2PD(request, transport.keyPlace)
    case .java: try readJava(request, transport)
    }
  }

  /// i2pd's `ntcp2.keys`, 80 bytes, or `ssu2.keys`, 96 bytes: public half, private half, published
  /// key.
  private static func readI2PD(
    _ request: RouterFilesRequest,
    _ place: TransportKeyPlace
  ) throws(RouterFilesFault) -> TransportKeyFile {
    let path = request.path(place.i2pdFile)
    let size = place.i2pdFileBytes
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
    let published = unsafe Array(content[(2 * TransportKey.bytes)...])
    return TransportKeyFile(path: path, privateKey: privateKey, publishedKey: published)
  }

  /// Java I2P's `router.config`: two properties in I2P base64.
  private static func readJava(
    _ request: RouterFilesRequest,
    _ transport: Transport
  ) throws(RouterFilesFault) -> TransportKeyFile {
    let place = transport.keyPlace
    let path = request.path(RouterFileNames.javaConfiguration)
    let file = try RouterFileReading.readSecret(
      path,
      maximumBytes: RouterFileNames.javaConfigurationMaximumBytes
    )
    let privateKey = SecretBytes(zeroedCount: TransportKey.bytes)
    var key = unsafe MutableSpan(_unsafeStart: privateKey.bytes, count: TransportKey.bytes)
    try decode(place.javaPrivateKey, of: transport, in: file, path: path, into: &key)

    var published = [UInt8](repeating: 0, count: place.publishedKeyBytes)
    var destination = published.mutableSpan
    try decode(place.javaPublishedKey, of: transport, in: file, path: path, into: &destination)
    return TransportKeyFile(path: path, privateKey: privateKey, publishedKey: published)
  }

  /// Decodes the value of the property `name`, which must fill `destination`.
  private static func decode(
    _ name: StaticString,
    of transport: Transport,
    in file: borrowing SecretFile,
    path: String,
    into destination: inout MutableSpan<UInt8>
  ) throws(RouterFilesFault) {
    let text = unsafe Span(_unsafeStart: file.memory.bytes, count: file.count)
    guard let range = PropertyText.value(of: name, in: text),
      I2PBase64.decode(text.extracting(range), into: &destination) == destination.count
    else {
      throw .property(file: path, transport, name: "\(name)", bytes: destination.count)
    }
  }
}
