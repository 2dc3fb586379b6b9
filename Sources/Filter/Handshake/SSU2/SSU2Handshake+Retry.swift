public import Wire

extension SSU2Handshake {
  /// Writes a Retry in the router's place (SSU2 specification, Retry).
  ///
  /// - Parameters:
  ///   - answer: Where to; at least `SSU2Bounds.longestRetry` bytes.
  ///   - request: The question's header, which decides identifiers and version.
  ///   - requestBytes: The question's length.
  ///   - endpoint: Where the question came from: the peer reads it as its own address, and the
  ///     length of the answer follows from its family.
  ///   - token: What shows the endpoint when it comes back; zero makes this a refusal.
  ///   - rejectionReason: Why, when it is a refusal.
  ///   - wallSeconds: Seconds since 1970, rounded to the nearest: peers set their clocks by it.
  ///   - random: Draws the packet number, and the padding like a router's.
  /// - Returns: Its length in bytes; zero when the question is too short for it, since nothing is
  ///   answered with more than `SSU2Bounds.longestAnswer`.
  #if !DEBUG
    @_noLocks
  #endif
  public func writeRetry(
    into answer: UnsafeMutableRawBufferPointer,
    answering request: SSU2LongHeader,
    requestBytes: Int,
    to endpoint: Endpoint,
    token: UInt64,
    rejectionReason: UInt8,
    wallSeconds: UInt64,
    random: inout SmallRandom
  ) -> Int {
    let room = answer.count
    guard room >= SSU2Bounds.longestRetry, let start = answer.baseAddress else {
      preconditionFailure("no room for a Retry")
    }
    let longest = SSU2Bounds.longestAnswer(to: requestBytes, from: endpoint.address)
    let isRejection = token == 0
    let shortest = Self.shortestRetry(to: endpoint, isRejection: isRejection)
    guard shortest <= longest else { return 0 }
    let header = SSU2LongHeader(
      destinationIdentifier: request.sourceIdentifier,
      packetNumber: UInt32(truncatingIfNeeded: random.next()),
      type: .retry,
      version: request.version,
      networkIdentifier: facts.networkIdentifier,
      sourceIdentifier: request.destinationIdentifier,
      token: token
    )
    var blocks = unsafe SSU2BlockWriter(start + SSU2LongHeader.bytes)
    blocks.writeDateTime(UInt32(truncatingIfNeeded: wallSeconds))
    blocks.writeAddress(endpoint)
    if isRejection { blocks.writeTermination(rejectionReason) }
    if let padding = Self.drawPadding(room: longest &- shortest, &random) {
      blocks.writePadding(padding)
    }
    let count = SSU2LongHeader.bytes &+ blocks.count &+ SSU2Bounds.tag
    precondition(count <= longest && count <= room, "an answer that is too long")
    unsafe seal(start, count: count, header: header)
    return count
  }

  private static func shortestRetry(to endpoint: Endpoint, isRejection: Bool) -> Int {
    SSU2LongHeader.bytes &+ SSU2Bounds.tag &+ SSU2Block.dateTimeBytes
      &+ (endpoint.address.isIPv4 ? SSU2Block.ipv4AddressBytes : SSU2Block.ipv6AddressBytes)
      &+ (isRejection ? SSU2Block.terminationBytes : 0)
  }

  /// Bytes of padding, as evenly drawn as there is room; nil when there is none for a block.
  private static func drawPadding(room: Int, _ random: inout SmallRandom) -> Int? {
    let most = min(room &- SSU2Block.headerBytes, SSU2Bounds.longestRetryPadding)
    return most >= 0 ? Int(truncatingIfNeeded: random.below(UInt64(most &+ 1))) : nil
  }

  /// Seals the payload of the packet of `count` bytes at `start` and puts its masked header before
  /// it. The masks follow from the sealed end of the packet.
  private func seal(_ start: UnsafeMutableRawPointer, count: Int, header: SSU2LongHeader) {
    let payload = unsafe (start + SSU2LongHeader.bytes).assumingMemoryBound(to: UInt8.self)
    let payloadBytes = count &- SSU2LongHeader.bytes &- SSU2Bounds.tag
    unsafe key.seal(payload, count: payloadBytes, header: header, scratch: scratch)
    let masked = unsafe (
      header.destinationIdentifier ^ key.destinationMask(start, count: count),
      header.kind.word ^ key.kindMask(start, count: count),
      header.sourceIdentifier ^ key.tail.source,
      header.token ^ key.tail.token
    )
    unsafe start.storeBytes(of: masked.0.bigEndian, as: UInt64.self)
    unsafe start.storeBytes(of: masked.1.bigEndian, toByteOffset: 8, as: UInt64.self)
    unsafe start.storeBytes(of: masked.2.bigEndian, toByteOffset: 16, as: UInt64.self)
    unsafe start.storeBytes(of: masked.3.bigEndian, toByteOffset: 24, as: UInt64.self)
  }
}
