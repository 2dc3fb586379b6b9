import Glibc
import Kernel
import Wire

/// A TCP socket of a test: blocking, each wait bounded, closed with its last reference.
final class TestSocket: Sendable {
  let descriptor: Int32

  /// Longest wait of any call.
  static let timeoutSeconds = 3

  private init(_ descriptor: Int32) throws {
    self.descriptor = try Errno.check(descriptor)
    try set(SOL_SOCKET, SO_RCVTIMEO, timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0))
    try set(SOL_SOCKET, SO_SNDTIMEO, timeval(tv_sec: Self.timeoutSeconds, tv_usec: 0))
  }

  deinit {
    close(descriptor)
  }

  /// A socket that listens on `endpoint`.
  static func listening(on endpoint: Endpoint, isTransparent: Bool) throws -> TestSocket {
    let socket = try TestSocket(Glibc.socket(family(endpoint), streamType, 0))
    try socket.set(SOL_SOCKET, SO_REUSEADDR, 1 as Int32)
    if !endpoint.address.isIPv4 { try socket.set(Int32(IPPROTO_IPV6), IPV6_V6ONLY, 1 as Int32) }
    if isTransparent { try socket.makeTransparent(endpoint) }
    try socket.bind(endpoint)
    _ = try Errno.check(listen(socket.descriptor, 16))
    return socket
  }

  /// A connection to `endpoint`, from the caller's own address.
  static func connected(to endpoint: Endpoint) throws -> TestSocket {
    let socket = try TestSocket(Glibc.socket(family(endpoint), streamType, 0))
    try socket.connect(to: endpoint)
    return socket
  }

  /// A connection to `endpoint` with the address of `source` and with `mark`: a gate's dial.
  static func dialled(
    to endpoint: Endpoint,
    from source: SourceAddress,
    mark: UInt32
  ) throws -> TestSocket {
    let socket = try TestSocket(Glibc.socket(family(endpoint), streamType, 0))
    try socket.set(SOL_SOCKET, SO_MARK, mark)
    try socket.makeTransparent(endpoint)
    try socket.set(Int32(IPPROTO_IP), IP_BIND_ADDRESS_NO_PORT, 1 as Int32)
    try socket.bind(Endpoint(address: source, port: 0))
    try socket.connect(to: endpoint)
    return socket
  }

  /// The next connection of this listener.
  func accepted() throws -> TestSocket {
    try TestSocket(accept(descriptor, nil, nil))
  }

  func send(_ text: String) throws {
    let bytes = Array(text.utf8)
    let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    guard count == bytes.count else { throw Errno.last }
  }

  /// What arrives next, at most 100 bytes; empty when the other side has ended.
  func received() throws -> String {
    var bytes = [UInt8](repeating: 0, count: 100)
    let count = recv(descriptor, &bytes, bytes.count, 0)
    guard count >= 0 else { throw Errno.last }
    return String(decoding: bytes.prefix(count), as: UTF8.self)
  }

  /// This side's address and port.
  var own: Endpoint? { endpoint(getsockname) }
  /// The other side's address and port.
  var other: Endpoint? { endpoint(getpeername) }

  private static let streamType = Int32(SOCK_STREAM.rawValue) | 0o2_000_000

  private static func family(_ endpoint: Endpoint) -> Int32 {
    endpoint.address.isIPv4 ? AF_INET : AF_INET6
  }

  private func makeTransparent(_ endpoint: Endpoint) throws {
    if endpoint.address.isIPv4 {
      try set(Int32(IPPROTO_IP), IP_TRANSPARENT, 1 as Int32)
    } else {
      try set(Int32(IPPROTO_IPV6), IPV6_TRANSPARENT, 1 as Int32)
    }
  }

  private func set<Value: BitwiseCopyable>(_ level: Int32, _ option: Int32, _ value: Value) throws {
    var value = value
    let size = socklen_t(MemoryLayout<Value>.size)
    _ = try Errno.check(setsockopt(descriptor, level, option, &value, size))
  }

  private func bind(_ endpoint: Endpoint) throws {
    _ = try Errno.check(Self.withAddress(endpoint) { Glibc.bind(descriptor, $0, $1) })
  }

  private func connect(to endpoint: Endpoint) throws {
    _ = try Errno.check(Self.withAddress(endpoint) { Glibc.connect(descriptor, $0, $1) })
  }

  private static func withAddress(
    _ endpoint: Endpoint,
    _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
  ) -> Int32 {
    var storage = sockaddr_storage()
    let length = endpoint.address.isIPv4 ? 16 : 28
    withUnsafeMutableBytes(of: &storage) { bytes in
      bytes.storeBytes(of: UInt16(family(endpoint)), as: UInt16.self)
      bytes.storeBytes(of: endpoint.port.bigEndian, toByteOffset: 2, as: UInt16.self)
      let address = endpoint.address
      if address.isIPv4 {
        bytes.storeBytes(of: address.ipv4.bigEndian, toByteOffset: 4, as: UInt32.self)
      } else {
        bytes.storeBytes(of: address.high.bigEndian, toByteOffset: 8, as: UInt64.self)
        bytes.storeBytes(of: address.low.bigEndian, toByteOffset: 16, as: UInt64.self)
      }
    }
    return withUnsafePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { body($0, socklen_t(length)) }
    }
  }

  private func endpoint(
    _ ask: (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> Int32
  ) -> Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = withUnsafeMutablePointer(to: &storage) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { ask(descriptor, $0, &length) }
    }
    guard result == 0 else { return nil }
    return withUnsafeBytes(of: storage) { bytes in
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
}
