/// A request to the kernel's routing (rtnetlink), built byte by byte.
///
/// The layouts are those of linux/netlink.h, linux/rtnetlink.h and linux/fib_rules.h: a header of
/// 16 bytes, a header of the subject (12 bytes for rules and for routes), then attributes, each
/// aligned to 4 bytes. Numbers are in the order of the machine.
struct NetlinkRequest {
  /// The whole message; its length field is kept right.
  private(set) var bytes: [UInt8] = []

  /// A message of `type` with the subject header `header`.
  init(type: UInt16, flags: UInt16, header: ContiguousArray<UInt8>) {
    precondition(header.count.isMultiple(of: 4), "attributes follow at a multiple of 4")
    append(0 as UInt32)
    append(type)
    append(flags | NetlinkFlags.request)
    append(Self.sequence)
    append(0 as UInt32)
    bytes += header
    updateLength()
  }

  /// Adds an attribute that holds one number.
  mutating func append(attribute: UInt16, _ value: UInt32) {
    append(8 as UInt16)
    append(attribute)
    append(value)
    updateLength()
  }

  /// Adds an attribute that holds one byte.
  mutating func append(attribute: UInt16, byte: UInt8) {
    append(5 as UInt16)
    append(attribute)
    bytes += [byte, 0, 0, 0]
    updateLength()
  }

  /// Adds an attribute that holds `content`, e.g. an address.
  mutating func append(attribute: UInt16, bytes content: [UInt8]) {
    precondition(content.count.isMultiple(of: 4), "attributes follow at a multiple of 4")
    append(UInt16(4 + content.count))
    append(attribute)
    bytes += content
    updateLength()
  }

  /// One socket carries one exchange at a time, so the number only has to be there.
  static let sequence: UInt32 = 1

  private mutating func append<Number: FixedWidthInteger>(_ number: Number) {
    for index in 0..<Number.bitWidth / 8 {
      bytes.append(UInt8(truncatingIfNeeded: number.littleEndian >> (8 * Number(index))))
    }
  }

  private mutating func updateLength() {
    let length = UInt32(bytes.count).littleEndian
    for index in 0..<4 { bytes[index] = UInt8(truncatingIfNeeded: length >> (8 * UInt32(index))) }
  }
}

/// Flags of a netlink message.
enum NetlinkFlags {
  static let request: UInt16 = 0x1
  static let acknowledge: UInt16 = 0x4
  static let dump: UInt16 = 0x300
  static let exclusive: UInt16 = 0x200
  static let create: UInt16 = 0x400
  /// In an answer: the list changed while it was read.
  static let interrupted: UInt16 = 0x10
}

/// The kernel's answer: some messages, one after the other.
struct NetlinkAnswer {
  /// The messages as they came.
  var bytes: [UInt8]

  /// One message: its type, flags, and where its content lies.
  struct Message {
    let type: UInt16
    let flags: UInt16
    let content: Range<Int>
  }

  private static let headerBytes = 16
  private static let attributeHeaderBytes = 4

  /// The message at `offset`, which moves behind it; nil at the end or when it is cut short.
  func message(at offset: inout Int) -> Message? {
    guard let length = number(at: offset, as: UInt32.self).map(Int.init),
      let type = number(at: offset + 4, as: UInt16.self),
      let flags = number(at: offset + 6, as: UInt16.self),
      length >= Self.headerBytes, length <= bytes.count - offset
    else { return nil }
    let content = offset + Self.headerBytes..<offset + length
    offset += (length + 3) & ~3
    return Message(type: type, flags: flags, content: content)
  }

  /// The number that attribute `kind` holds, in the message at `content` whose own header takes
  /// `headerBytes`; nil when it is not there.
  func attribute(_ kind: UInt16, of content: Range<Int>, headerBytes: Int) -> UInt32? {
    guard let value = attributeContent(kind, of: content, headerBytes: headerBytes) else {
      return nil
    }
    switch value.count {
    case 1: return number(at: value.lowerBound, as: UInt8.self).map(UInt32.init)
    case 4: return number(at: value.lowerBound, as: UInt32.self)
    default: return nil
    }
  }

  private func attributeContent(
    _ kind: UInt16,
    of content: Range<Int>,
    headerBytes: Int
  ) -> Range<Int>? {
    var offset = content.lowerBound + headerBytes
    while offset < content.upperBound {
      guard let length = number(at: offset, as: UInt16.self).map(Int.init),
        let found = number(at: offset + 2, as: UInt16.self),
        length >= Self.attributeHeaderBytes, length <= content.upperBound - offset
      else { return nil }
      if found & 0x3fff == kind { return offset + Self.attributeHeaderBytes..<offset + length }
      offset += (length + 3) & ~3
    }
    return nil
  }

  /// The number at `offset`; nil when it does not lie within the bytes.
  func number<Number: FixedWidthInteger>(at offset: Int, as type: Number.Type) -> Number? {
    let count = Number.bitWidth / 8
    guard offset >= 0, offset <= bytes.count - count else { return nil }
    var value: Number = 0
    for index in 0..<count {
      value |= Number(truncatingIfNeeded: bytes[offset + index]) << (8 * Number(index))
    }
    return Number(littleEndian: value)
  }
}
