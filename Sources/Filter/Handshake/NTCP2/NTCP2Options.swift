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

  /// Reads the block of 16 bytes at `block`. Reserved bytes are not looked at, as receivers must
  /// ignore them.
  init(_ block: UnsafePointer<UInt8>) {
    networkIdentifier = unsafe block[0]
    version = unsafe block[1]
    paddingLength = unsafe UInt16(block[2]) << 8 | UInt16(block[3])
    message3Part2Length = unsafe UInt16(block[4]) << 8 | UInt16(block[5])
    timestampSeconds =
      unsafe UInt32(block[8]) << 24 | UInt32(block[9]) << 16
      | UInt32(block[10]) << 8 | UInt32(block[11])
  }
}
