internal import Wire

/// Message 2 (SessionCreated): the router's ephemeral key and its options.
struct MessageTwo {
  /// Bytes before the padding: the masked key, and one sealed frame of 16 bytes.
  static let fixedLength = 64

  /// The router's ephemeral key.
  let ephemeralKey: [UInt8]
  /// Bytes of padding that follow.
  let paddingLength: Int
  /// The router's clock, seconds since 1970.
  let wallSeconds: UInt32
  /// The handshake's state after the frame, without the padding.
  private(set) var noise: NoiseState

  /// Opens the fixed part; nil when it is not from the router that `flight` was made for.
  ///
  /// - Parameters:
  ///   - bytes: the first 64 bytes that came.
  ///   - flight: the message 1 that they answer.
  ///   - router: whose mask they wear.
  init?(_ bytes: [UInt8], answering flight: FirstFlight, router: RouterFacts) {
    guard bytes.count == Self.fixedLength else { return nil }
    let key = Primitives.decryptBlocks(
      [UInt8](bytes.prefix(32)),
      key: router.hash,
      initializationVector: flight.answerInitializationVector
    )
    var state = flight.noise
    state.mixHash(key)
    state.mixKey(flight.sharedSecret(with: key))
    guard let options = state.open([UInt8](bytes.suffix(32))) else { return nil }
    var reader = ByteReader(at: 2)
    guard let padding = reader.readUInt16(options.span), reader.readUInt32(options.span) != nil,
      let seconds = reader.readUInt32(options.span)
    else { return nil }
    ephemeralKey = key
    paddingLength = Int(padding)
    wallSeconds = seconds
    noise = state
  }

  /// Adds the padding, once it has come, to the transcript.
  mutating func finish(padding: [UInt8]) {
    if !padding.isEmpty { noise.mixHash(padding) }
  }
}
