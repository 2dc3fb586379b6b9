internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// One connection through a proxy with both its ends in hand, its handshake done.
struct RelayedConnection: ~Copyable {
  private static let patienceMilliseconds: Int32 = 5_000
  private static let chunkBytes = 262_144

  private let client: Descriptor
  private let service: Descriptor
  private let scratch = [UInt8](repeating: 0xa5, count: chunkBytes)

  /// Opens a connection to `target` that reaches `listener`, and does the handshake on it.
  static func open(
    to target: Endpoint,
    listener: Int32,
    _ conversation: consuming Conversation
  ) throws(LabError) -> RelayedConnection {
    let source = BenchSources.honest(1)
    let address = target.address
    let number = lab_start_connection(
      source.high,
      source.low,
      address.high,
      address.low,
      target.port,
      LAB_CONNECTION_UNDELAYED
    )
    guard number >= 0 else { throw .lastCall("cannot connect to \(target)") }
    let client = Descriptor(owning: number)
    try wait(number, POLLOUT)
    let flight = conversation.flights.next(wallSeconds: Clock.wallSeconds)
    try send([UInt8](conversation.flights.bytes[flight]), on: number)
    try wait(listener, POLLIN)
    var peer = linux_endpoint()
    let accepted = unsafe linux_accept(listener, &peer)
    guard accepted >= 0 else { throw .lastCall("nobody is handed on to the service") }
    let service = Descriptor(owning: accepted)
    try receive(flight.count, on: accepted)
    try send([UInt8](repeating: 0x5a, count: Conversation.answerBytes), on: accepted)
    try receive(Conversation.answerBytes, on: number)
    try send([UInt8](repeating: 0xa5, count: conversation.closingBytes), on: number)
    try receive(conversation.closingBytes, on: accepted)
    try send([UInt8](repeating: 0x5a, count: Conversation.frameBytes), on: accepted)
    try receive(Conversation.frameBytes, on: number)
    return RelayedConnection(client, service)
  }

  private init(_ client: consuming Descriptor, _ service: consuming Descriptor) {
    self.client = client
    self.service = service
  }

  private static func wait(_ descriptor: Int32, _ events: Int32) throws(LabError) {
    guard lab_wait_for(descriptor, Int16(events), patienceMilliseconds) > 0 else {
      throw LabError("nothing comes through the proxy within \(patienceMilliseconds) ms")
    }
  }

  private static func send(_ bytes: [UInt8], on descriptor: Int32) throws(LabError) {
    guard unsafe linux_send(descriptor, bytes, bytes.count, 0) == bytes.count else {
      throw .lastCall("the proxy does not take the handshake")
    }
  }

  private static func receive(_ count: Int, on descriptor: Int32) throws(LabError) {
    var left = count
    var chunk = [UInt8](repeating: 0, count: count)
    while left > 0 {
      try wait(descriptor, POLLIN)
      let got = unsafe linux_receive(descriptor, &chunk, left, 0)
      guard got > 0 else { throw LabError("the proxy ends the handshake") }
      left -= got
    }
  }

  /// Sends as much as goes through for `nanoseconds`; bytes that arrived.
  func sendBulk(forNanoseconds nanoseconds: UInt64) -> (bytes: UInt64, elapsed: UInt64) {
    let start = Clock.now
    var bytes: UInt64 = 0
    while Clock.now.nanoseconds(since: start) < nanoseconds {
      let sent = unsafe linux_send(client.rawValue, scratch, scratch.count, 0)
      let taken = swallow()
      bytes += taken
      guard sent <= 0, taken == 0 else { continue }
      _ = lab_wait_for(service.rawValue, Int16(POLLIN), 1)
    }
    let elapsed = Clock.now.nanoseconds(since: start)
    drain()
    return (bytes, elapsed)
  }

  /// Sends frames of `bytes` at least `intervalNanoseconds` apart; how many were sent.
  ///
  /// A frame that is late shifts all later ones: two in a row would be one wake of the proxy.
  func sendFrames(
    of bytes: Int,
    every intervalNanoseconds: UInt64,
    forNanoseconds nanoseconds: UInt64
  ) -> UInt64 {
    let start = Clock.now
    var next = start
    var frames: UInt64 = 0
    while true {
      let now = Clock.now
      guard now.nanoseconds(since: start) < nanoseconds else { break }
      if now >= next {
        if unsafe linux_send(client.rawValue, scratch, bytes, 0) == bytes { frames += 1 }
        next = now.advanced(byNanoseconds: intervalNanoseconds)
      }
      _ = swallow()
    }
    drain()
    return frames
  }

  /// Takes what has arrived, without a copy of it; how much that was.
  private func swallow() -> UInt64 {
    let count = linux_receive(
      service.rawValue,
      nil,
      Self.chunkBytes,
      Int32(MSG_TRUNC)
    )
    return UInt64(max(count, 0))
  }

  private func drain() {
    while lab_wait_for(service.rawValue, Int16(POLLIN), 50) > 0, swallow() > 0 {}
  }
}
