/// Messages that an introduction key alone masks and seals: TokenRequest, Retry, PeerTest and
/// HolePunch (SSU2 specification, KDF sections).
enum SSU2Sealed {
  /// Bytes of the shortest: header, eight bytes of blocks, tag.
  static let byteCountMinimum = 56

  /// Seals one.
  ///
  /// - Parameters:
  ///   - header: in the clear; its packet number is the nonce.
  ///   - payload: the blocks.
  ///   - key: the introduction key of whose address is called or, in a Retry, of the one who
  ///     answers.
  /// - Returns: what goes to the wire.
  static func seal(_ header: SSU2Header, _ payload: [UInt8], key: [UInt8]) -> [UInt8] {
    var datagram =
      header.bytes
      + Primitives.seal(
        payload,
        key: key,
        counter: UInt64(header.packetNumber),
        associatedData: header.bytes
      )
    SSU2Mask.applyToStart(&datagram, first: key, second: key)
    SSU2Mask.applyToTail(&datagram, key: key, end: SSU2Header.byteCount)
    return datagram
  }

  /// The header without its mask; nil when the datagram is too short. Nothing is proven by it.
  static func header(of datagram: [UInt8], key: [UInt8]) -> SSU2Header? {
    guard datagram.count >= byteCountMinimum else { return nil }
    var open = datagram
    SSU2Mask.applyToStart(&open, first: key, second: key)
    SSU2Mask.applyToTail(&open, key: key, end: SSU2Header.byteCount)
    return SSU2Header(open)
  }

  /// The blocks; nil when they were sealed with another key or for another header.
  static func open(_ datagram: [UInt8], header: SSU2Header, key: [UInt8]) -> [UInt8]? {
    Primitives.open(
      [UInt8](datagram.dropFirst(SSU2Header.byteCount)),
      key: key,
      counter: UInt64(header.packetNumber),
      associatedData: header.bytes
    )
  }
}
