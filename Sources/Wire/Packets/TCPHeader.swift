/// The header of a TCP segment (RFC 9293). Whatever does not fit is nil, nothing traps.
public struct TCPHeader: Sendable, Equatable {
  /// The sender's port.
  public let sourcePort: UInt16
  /// The receiver's port.
  public let destinationPort: UInt16
  /// The number of the first byte, or of the SYN.
  public let sequence: UInt32
  /// The number of the byte that the sender wants next.
  public let acknowledgement: UInt32
  /// The control bits.
  public let flags: TCPFlags
  /// Bytes that the sender is ready to take, unscaled.
  public let window: UInt16
  /// Where urgent bytes end.
  public let urgentPointer: UInt16
  /// Where the options lie in the bytes.
  public let options: Range<Int>
  /// Where the segment's own bytes lie, as far as they are there.
  public let payload: Range<Int>

  /// Reads the header at the beginning of `range`; nil when there is no whole one.
  @_noLocks
  public init?(_ bytes: borrowing Span<UInt8>, in range: Range<Int>) {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return nil }
    var reader = ByteReader(at: range.lowerBound)
    guard let sourcePort = reader.readUInt16(bytes),
      let destinationPort = reader.readUInt16(bytes), let sequence = reader.readUInt32(bytes),
      let acknowledgement = reader.readUInt32(bytes), let control = reader.readUInt16(bytes),
      let window = reader.readUInt16(bytes), reader.readUInt16(bytes) != nil,
      let urgentPointer = reader.readUInt16(bytes)
    else { return nil }
    let headerLength = Int(control >> 12) &* 4
    let end = range.lowerBound &+ headerLength
    guard headerLength >= 20, end <= range.upperBound else { return nil }
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    self.sequence = sequence
    self.acknowledgement = acknowledgement
    flags = TCPFlags(rawValue: control & 0xfff)
    self.window = window
    self.urgentPointer = urgentPointer
    options = reader.offset..<end
    payload = end..<range.upperBound
  }
}

/// The control bits of a TCP segment.
public struct TCPFlags: OptionSet, BitwiseCopyable, Sendable {
  /// Twelve bits: three reserved ones, then AE, CWR, ECE, URG, ACK, PSH, RST, SYN, FIN.
  public let rawValue: UInt16

  /// The bits, as they are.
  @_noLocks
  public init(rawValue: UInt16) {
    self.rawValue = rawValue
  }

  /// Whether the sender has no more bytes.
  public var isFinish: Bool { @_noLocks get { rawValue & 0x1 != 0 } }
  /// Whether the segment opens a connection, or answers that.
  public var isSynchronize: Bool { @_noLocks get { rawValue & 0x2 != 0 } }
  /// Whether the connection is broken off.
  public var isReset: Bool { @_noLocks get { rawValue & 0x4 != 0 } }
  /// Whether the receiver should not wait for more.
  public var isPush: Bool { @_noLocks get { rawValue & 0x8 != 0 } }
  /// Whether the acknowledgement counts.
  public var isAcknowledgement: Bool { @_noLocks get { rawValue & 0x10 != 0 } }
  /// Whether the urgent pointer counts.
  public var isUrgent: Bool { @_noLocks get { rawValue & 0x20 != 0 } }
  /// Whether the segment speaks of congestion (ECE or CWR, RFC 3168, or AE, RFC 9768).
  public var speaksOfCongestion: Bool { @_noLocks get { rawValue & 0x1c0 != 0 } }
  /// Whether a bit is set that has to be zero.
  public var hasReservedBits: Bool { @_noLocks get { rawValue & 0xe00 != 0 } }
}

/// The header of a UDP datagram (RFC 768).
public struct UDPHeader: Sendable, Equatable {
  /// The sender's port.
  public let sourcePort: UInt16
  /// The receiver's port.
  public let destinationPort: UInt16
  /// Where the datagram's own bytes lie, as far as they are there.
  public let payload: Range<Int>

  /// Reads the header at the beginning of `range`; nil when there is no whole one.
  @_noLocks
  public init?(_ bytes: borrowing Span<UInt8>, in range: Range<Int>) {
    guard range.lowerBound >= 0, range.upperBound <= bytes.count else { return nil }
    var reader = ByteReader(at: range.lowerBound)
    guard let sourcePort = reader.readUInt16(bytes),
      let destinationPort = reader.readUInt16(bytes), let length = reader.readUInt16(bytes),
      reader.readUInt16(bytes) != nil, length >= 8, reader.offset <= range.upperBound
    else { return nil }
    self.sourcePort = sourcePort
    self.destinationPort = destinationPort
    let end = range.lowerBound &+ Int(length)
    payload = reader.offset..<(end < range.upperBound ? end : range.upperBound)
  }
}
