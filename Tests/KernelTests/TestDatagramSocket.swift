import Glibc
import Kernel
import Wire

/// A plain UDP socket of a test: a router, or a peer. Blocking, each wait bounded, closed with its
/// last reference.
final class TestDatagramSocket: Sendable {
  let descriptor: Int32

  /// Longest wait for a datagram that is to come.
  static let timeoutMilliseconds: Int32 = 3000
  /// Longest wait for one that is not to come.
  static let silenceMilliseconds: Int32 = 150

  /// A socket on `endpoint`.
  init(on endpoint: Endpoint) throws {
    let family = endpoint.address.isIPv4 ? AF_INET : AF_INET6
    descriptor = try Errno.check(
      socket(family, Int32(SOCK_DGRAM.rawValue) | 0o2_004_000, 0)
    )
    if family == AF_INET6 {
      var one: Int32 = 1
      _ = try Errno.check(setsockopt(descriptor, Int32(IPPROTO_IPV6), IPV6_V6ONLY, &one, 4))
    }
    _ = try Errno.check(SocketAddress(endpoint).with { bind(descriptor, $0, $1) })
  }

  deinit {
    close(descriptor)
  }

  func send(_ bytes: [UInt8], to endpoint: Endpoint) throws {
    let count = SocketAddress(endpoint).with {
      sendto(descriptor, bytes, bytes.count, 0, $0, $1)
    }
    guard count == bytes.count else { throw Errno.last }
  }

  /// The next datagram and its source; nil when none comes.
  func received(
    withinMilliseconds limit: Int32 = timeoutMilliseconds
  ) throws -> (bytes: [UInt8], source: Endpoint)? {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    guard poll(&wait, 1, limit) == 1 else { return nil }
    var bytes = [UInt8](repeating: 0, count: 2000)
    var address = SocketAddress()
    let count = address.withMutable { recvfrom(descriptor, &bytes, bytes.count, 0, $0, $1) }
    guard count >= 0 else { throw Errno.last }
    return (Array(bytes.prefix(count)), address.endpoint)
  }

  /// Whether nothing comes.
  func isSilent() throws -> Bool {
    try received(withinMilliseconds: Self.silenceMilliseconds) == nil
  }

  /// This side's address and port.
  var own: Endpoint {
    get throws {
      var address = SocketAddress()
      _ = try Errno.check(address.withMutable { getsockname(descriptor, $0, $1) })
      return address.endpoint
    }
  }
}

/// An endpoint as the C library wants it.
struct SocketAddress {
  private var storage = sockaddr_storage()
  private var length = socklen_t(MemoryLayout<sockaddr_storage>.size)

  init() {}

  init(_ endpoint: Endpoint) {
    let address = endpoint.address
    length = address.isIPv4 ? 16 : 28
    withUnsafeMutableBytes(of: &storage) { bytes in
      let family = UInt16(address.isIPv4 ? AF_INET : AF_INET6)
      bytes.storeBytes(of: family, as: UInt16.self)
      bytes.storeBytes(of: endpoint.port.bigEndian, toByteOffset: 2, as: UInt16.self)
      if address.isIPv4 {
        bytes.storeBytes(of: address.ipv4.bigEndian, toByteOffset: 4, as: UInt32.self)
      } else {
        bytes.storeBytes(of: address.high.bigEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 16, as: UInt64.self)
      }
    }
  }

  var endpoint: Endpoint {
    withUnsafeBytes(of: storage) { bytes in
      let port = UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
      guard storage.ss_family == UInt16(AF_INET6) else {
        let ipv4 = UInt32(bigEndian: bytes.load(fromByteOffset: 4, as: UInt32.self))
        return Endpoint(address: SourceAddress(ipv4: ipv4), port: port)
      }
      let high = UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
      let low = UInt64(bigEndian: bytes.load(fromByteOffset: 16, as: UInt64.self))
      return Endpoint(address: SourceAddress(high: high, low: low), port: port)
    }
  }

  func with<Result>(_ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
    withUnsafePointer(to: storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, length) }
    }
  }

  mutating func withMutable<Result>(
    _ body: (UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Result
  ) -> Result {
    var room = length
    return withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, &room) }
    }
  }
}
