import Glibc
import Kernel
import Synchronization
import Wire

@testable import Lab

/// A TCP packet as it arrived at a stranger's host.
struct WirePacket: Sendable {
  /// When it was read.
  let at: Instant
  /// The stranger's end.
  let destination: Endpoint
  /// FIN, SYN, RST, PSH, ACK from bit 0.
  let flags: UInt8
  /// Bytes of data.
  let payloadCount: Int
  /// Its IPv4 and TCP headers.
  let headers: [UInt8]

  static let fin: UInt8 = 1
  static let syn: UInt8 = 2
  static let rst: UInt8 = 4
  static let ack: UInt8 = 16

  /// Reads an IPv4 packet; nil when it is not a whole TCP header.
  init?(_ bytes: ArraySlice<UInt8>, at: Instant) {
    let bytes = [UInt8](bytes)
    guard bytes.count >= 40 else { return nil }
    let start = Int(bytes[0] & 15) * 4
    guard bytes.count >= start + 20 else { return nil }
    let headerCount = start + Int(bytes[start + 12] >> 4) * 4
    guard bytes.count >= headerCount else { return nil }
    let address = bytes[16..<20].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
    let port = UInt16(bytes[start + 2]) << 8 | UInt16(bytes[start + 3])
    destination = Endpoint(address: SourceAddress(ipv4: address), port: port)
    flags = bytes[start + 13]
    payloadCount = bytes.count - headerCount
    headers = [UInt8](bytes.prefix(headerCount))
    self.at = at
  }

  /// The headers without what differs between any two connections: addresses, ports, sequence
  /// numbers, checksums and the values of the timestamps.
  var comparableHeaders: [UInt8] {
    var bytes = headers
    let start = Int(bytes[0] & 15) * 4
    for index in 10..<20 { bytes[index] = 0 }
    for index in start..<start + 12 { bytes[index] = 0 }
    for index in start + 16..<start + 18 { bytes[index] = 0 }
    var option = start + 20
    while option < bytes.count, bytes[option] != 0 {
      guard bytes[option] != 1, option + 1 < bytes.count else {
        option += 1
        continue
      }
      let length = Int(bytes[option + 1])
      if bytes[option] == 8, length == 10, option + 10 <= bytes.count {
        for index in option + 2..<option + 10 { bytes[index] = 0 }
      }
      option += max(length, 2)
    }
    return bytes
  }
}

/// Listens to every TCP packet that reaches a namespace: what a stranger sees, whatever its own
/// kernel makes of it.
final class WireTap: Sendable {
  /// More than any test here needs; later packets are not kept.
  private static let packetsMaximum = 100_000
  private static let waitNanoseconds: UInt64 = 50 * Nanoseconds.perMillisecond

  private let kept = Mutex<[WirePacket]>([])
  private let isStopping = Atomic<Bool>(false)
  private let thread = Mutex<LabThread<Void>?>(nil)

  /// Starts to listen.
  init(in namespace: NetworkNamespace) throws {
    let number = try namespace.run { socket(AF_INET, Int32(SOCK_RAW.rawValue), 6) }
    guard number >= 0 else { throw LabError.lastCall("no raw socket") }
    thread.withLock { $0 = LabThread { self.listen(number) } }
  }

  private func listen(_ number: Int32) {
    let socket = TCPSocket(owning: Descriptor(owning: number))
    socket.limitWaiting(toNanoseconds: Self.waitNanoseconds)
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while !isStopping.load(ordering: .relaxed) {
      guard let count = socket.receive(into: &buffer),
        let packet = WirePacket(buffer[..<count], at: Clock.now)
      else { continue }
      kept.withLock { if $0.count < Self.packetsMaximum { $0.append(packet) } }
    }
  }

  /// What has come so far, in order.
  var packets: [WirePacket] { kept.withLock { $0 } }

  /// What has come so far for one end of a connection.
  func packets(to local: Endpoint) -> [WirePacket] {
    packets.filter { $0.destination == local }
  }

  /// Ends it; must be called, or the thread goes on.
  func stop() {
    isStopping.store(true, ordering: .relaxed)
    thread.withLock { $0.take()?.join() }
  }
}
