/// Memory that is allocated once, for what one datagram needs while it is looked at: nothing of it
/// is kept, and nothing of it is secret.
@safe
struct SSU2Scratch: ~Copyable {
  private static let nonceOffset = SSU2LongHeader.bytes
  private static let payloadOffset = nonceOffset + 16

  private let memory: UnsafeMutablePointer<UInt8>

  init() {
    let count = Self.payloadOffset + SSU2Bounds.longestPayload
    unsafe memory = .allocate(capacity: count)
    unsafe memory.initialize(repeating: 0, count: count)
  }

  deinit {
    unsafe memory.deallocate()
  }

  /// A header's 32 bytes as they are authenticated: unmasked.
  var associated: UnsafeMutablePointer<UInt8> { unsafe memory }
  /// The nonce of a seal, 12 bytes.
  var nonce: UnsafeMutablePointer<UInt8> { unsafe memory + Self.nonceOffset }
  /// Where a payload is opened to.
  var payload: UnsafeMutablePointer<UInt8> { unsafe memory + Self.payloadOffset }

  /// Lays out `header`, and the nonce that follows from its packet number: four zero bytes, then
  /// the number as eight little-endian bytes.
  func set(_ header: SSU2LongHeader) {
    let raw = unsafe UnsafeMutableRawPointer(memory)
    unsafe raw.storeBytes(of: header.destinationIdentifier.bigEndian, as: UInt64.self)
    unsafe raw.storeBytes(of: header.kind.word.bigEndian, toByteOffset: 8, as: UInt64.self)
    unsafe raw.storeBytes(of: header.sourceIdentifier.bigEndian, toByteOffset: 16, as: UInt64.self)
    unsafe raw.storeBytes(of: header.token.bigEndian, toByteOffset: 24, as: UInt64.self)
    let counter = UInt64(header.packetNumber).littleEndian
    let offset = Self.nonceOffset + 4
    unsafe raw.storeBytes(of: counter, toByteOffset: offset, as: UInt64.self)
  }
}
