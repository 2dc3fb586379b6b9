/// What the blocks of a payload say, as far as it matters to the gate. Other blocks are skipped.
struct SSU2Payload: BitwiseCopyable, Equatable {
  /// The sender's clock in seconds since 1970; nil when there is no DateTime block.
  private(set) var sentAtSeconds: UInt32?
  /// The number of the peer test's message; nil when there is no such block.
  private(set) var peerTestMessage: UInt8?
  /// Whether there is a relay response.
  private(set) var hasRelayResponse = false

  /// Reads all of the `count` bytes at `start`; nil when they are no whole blocks.
  init?(_ start: UnsafePointer<UInt8>, count: Int) {
    var offset = 0
    while offset < count {
      let left = count &- offset &- SSU2Block.headerBytes
      guard left >= 0 else { return nil }
      let block = unsafe start + offset
      let length = unsafe Int(block[1]) << 8 | Int(block[2])
      guard length <= left else { return nil }
      guard unsafe take(block[0], block + SSU2Block.headerBytes, length) else { return nil }
      offset &+= SSU2Block.headerBytes &+ length
    }
  }

  /// Takes one block's content; whether it is long enough for what it has to say.
  private mutating func take(
    _ type: UInt8,
    _ content: UnsafePointer<UInt8>,
    _ length: Int
  ) -> Bool {
    switch type {
    case SSU2Block.dateTime:
      guard length == SSU2Block.dateTimeContent else { return false }
      sentAtSeconds =
        unsafe UInt32(content[0]) << 24 | UInt32(content[1]) << 16
        | UInt32(content[2]) << 8 | UInt32(content[3])
    case SSU2Block.peerTest:
      guard length > 0 else { return false }
      peerTestMessage = unsafe content[0]
    case SSU2Block.relayResponse:
      hasRelayResponse = true
    default:
      break
    }
    return true
  }
}
