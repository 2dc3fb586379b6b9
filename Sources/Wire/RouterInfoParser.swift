/// Reads the parts of a RouterInfo in the order of its bytes.
///
/// Every step either takes a whole part or throws where that part should have begun.
struct RouterInfoParser {
  private let bytes: [UInt8]
  private var reader = ByteReader()

  /// A parser that stands before the first of `bytes`.
  init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  /// Bytes taken so far.
  var offset: Int { reader.offset }

  private mutating func nextByte() -> UInt8? { take { $0.readUInt8($1) } }
  private mutating func nextUInt16() -> UInt16? { take { $0.readUInt16($1) } }
  private mutating func nextUInt64() -> UInt64? { take { $0.readUInt64($1) } }
  private mutating func nextRange(count: Int) -> Range<Int>? {
    take { $0.readRange($1, count: count) }
  }

  /// Moves the cursor on a copy: reading through `bytes` holds the whole parser.
  private mutating func take<Part>(
    _ read: (inout ByteReader, borrowing Span<UInt8>) -> Part?
  ) -> Part? {
    var cursor = reader
    let part = read(&cursor, bytes.span)
    reader = cursor
    return part
  }

  private func fault(
    at offset: Int,
    _ expected: RouterInfoFault.Expectation
  ) -> RouterInfoFault {
    RouterInfoFault(offset: offset, expected: expected)
  }

  private mutating func byte(
    _ expected: RouterInfoFault.Expectation
  ) throws(RouterInfoFault) -> UInt8 {
    let start = offset
    guard let value = nextByte() else { throw fault(at: start, expected) }
    return value
  }

  private mutating func eightBytes(
    _ expected: RouterInfoFault.Expectation
  ) throws(RouterInfoFault) -> UInt64 {
    let start = offset
    guard let value = nextUInt64() else { throw fault(at: start, expected) }
    return value
  }

  mutating func identity() throws(RouterInfoFault) -> RouterIdentity {
    guard nextRange(count: RouterIdentity.keyFieldBytes) != nil else {
      throw fault(at: 0, .keys)
    }
    let start = offset
    guard let type = nextByte(), let length = nextUInt16(),
      let content = nextRange(count: Int(length))
    else { throw fault(at: start, .certificate) }

    guard type == RouterIdentity.keyCertificateType else {
      return RouterIdentity(
        byteCount: offset,
        certificateType: type,
        signingType: nil,
        encryptionType: nil
      )
    }
    var inside = ByteReader(at: content.lowerBound)
    guard content.count >= 4, let signing = inside.readUInt16(bytes.span),
      let encryption = inside.readUInt16(bytes.span)
    else { throw fault(at: content.lowerBound, .keyTypes) }
    return RouterIdentity(
      byteCount: offset,
      certificateType: type,
      signingType: signing,
      encryptionType: encryption
    )
  }

  mutating func publicationTime() throws(RouterInfoFault) -> UInt64 {
    try eightBytes(.publicationTime)
  }

  mutating func addresses() throws(RouterInfoFault) -> [RouterAddress] {
    let count = try byte(.addressCount)
    var addresses: [RouterAddress] = []
    for _ in 0..<count {
      addresses.append(
        RouterAddress(
          cost: try byte(.cost),
          expirationMilliseconds: try eightBytes(.expiration),
          styleName: try text(.style, before: bytes.count),
          options: try options()
        )
      )
    }
    return addresses
  }

  mutating func peerHashes() throws(RouterInfoFault) -> Range<Int> {
    let start = offset
    guard let count = nextByte(),
      let range = nextRange(count: Int(count) &* 32)
    else { throw fault(at: start, .peerHashes) }
    return range
  }

  mutating func options() throws(RouterInfoFault) -> RouterOptions {
    let start = offset
    guard let length = nextUInt16() else { throw fault(at: start, .mapping) }
    let end = offset &+ Int(length)
    guard end <= bytes.count else { throw fault(at: start, .mapping) }

    var pairs: [RouterOptions.Pair] = []
    while offset < end {
      guard pairs.count < RouterOptions.maximumPairs else {
        throw fault(at: offset, .boundedMapping)
      }
      let keyStart = offset
      let key = try text(.key, before: end)
      guard !pairs.contains(where: { $0.key == key }) else {
        throw fault(at: keyStart, .uniqueKey)
      }
      try separator(UInt8(ascii: "="), .equalsSign, before: end)
      let value = try text(.value, before: end)
      try separator(UInt8(ascii: ";"), .semicolon, before: end)
      pairs.append(RouterOptions.Pair(key: key, value: value))
    }
    return RouterOptions(pairs)
  }

  /// What is left is the signature. Its length is known for Ed25519 alone; of another type it
  /// cannot be verified either.
  mutating func signature(of identity: RouterIdentity) throws(RouterInfoFault) -> Range<Int> {
    let start = offset
    let count = bytes.count &- start
    let expectedCount = identity.signsWithEd25519 ? RouterIdentity.ed25519SignatureBytes : count
    let suits = count == expectedCount && count > 0
    guard suits, let range = nextRange(count: count) else {
      throw fault(at: start, .signature)
    }
    return range
  }

  /// A text with its length in front, which must end before byte `end`.
  private mutating func text(
    _ expected: RouterInfoFault.Expectation,
    before end: Int
  ) throws(RouterInfoFault) -> String {
    let start = offset
    guard start < end, let length = nextByte(),
      let range = nextRange(count: Int(length)), range.upperBound <= end
    else { throw fault(at: start, expected) }
    guard let text = String(validating: bytes[range], as: UTF8.self) else {
      throw fault(at: range.lowerBound, .text)
    }
    return text
  }

  private mutating func separator(
    _ character: UInt8,
    _ expected: RouterInfoFault.Expectation,
    before end: Int
  ) throws(RouterInfoFault) {
    let start = offset
    guard start < end, nextByte() == character else {
      throw fault(at: start, expected)
    }
  }
}
