internal import Wire

/// The options block of a first flight, decrypted (NTCP2 specification, message 1, 16 bytes).
struct NTCP2Options: BitwiseCopyable, Equatable {
  /// The network's identifier; both routers also take 0.
  let networkIdentifier: UInt8
  /// The transport's version: 2, for the hybrid forms too.
  let version: UInt8
  /// Bytes of clear padding behind the frames.
  let paddingLength: UInt16
  /// Bytes of the second part of message 3.
  let message3Part2Length: UInt16
  /// The peer's clock, in seconds since 1970.
  let timestampSeconds: UInt32

  /// Reads the block; nil when `bytes` is shorter than a block. Reserved bytes are not looked at,
  /// as receivers must ignore them.
  init?(_ bytes: borrowing Span<UInt8>) {
    var reader = ByteReader()
    guard
      let networkIdentifier = reader.readUInt8(bytes),
      let version = reader.readUInt8(bytes),
      let paddingLength = reader.readUInt16(bytes),
      let message3Part2Length = reader.readUInt16(bytes),
      reader.readUInt16(bytes) != nil,
      let timestampSeconds = reader.readUInt32(bytes),
      reader.readUInt32(bytes) != nil
    else { return nil }
    self.networkIdentifier = networkIdentifier
    self.version = version
    self.paddingLength = paddingLength
    self.message3Part2Length = message3Part2Length
    self.timestampSeconds = timestampSeconds
  }
}
