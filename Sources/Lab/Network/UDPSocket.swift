internal import CLab
internal import Glibc
internal import Kernel
internal import Wire

/// A UDP socket of the lab, waited for with deadlines.
struct UDPSocket: ~Copyable, Sendable {
  /// More than any datagram of SSU2.
  static let datagramBytesMaximum = 2048
  private let descriptor: Descriptor

  /// The kernel's number, for a call that borrows it.
  var rawValue: Int32 { descriptor.rawValue }

  /// What a wait for a datagram brought.
  enum Received {
    /// A datagram.
    case datagram([UInt8], from: Endpoint)
    /// The deadline passed first.
    case late
    /// The system refused; ECONNREFUSED when the other host says that nobody listens there.
    case failed(Errno)
  }

  /// A socket at `endpoint`; port 0: one of the kernel's choice.
  static func bound(to endpoint: Endpoint) throws(Errno) -> UDPSocket {
    let socket = try make(isIPv4: endpoint.address.isIPv4)
    _ = try Errno.check(
      unsafe withSocketAddress(endpoint) { unsafe bind(socket.rawValue, $0, $1) }
    )
    return socket
  }

  /// A socket that speaks with `target` alone, from `source` when given.
  static func connected(
    to target: Endpoint,
    from source: Endpoint? = nil
  ) throws(Errno) -> UDPSocket {
    let socket =
      if let source { try bound(to: source) } else {
        try make(isIPv4: target.address.isIPv4)
      }
    _ = try Errno.check(
      unsafe withSocketAddress(target) { unsafe connect(socket.rawValue, $0, $1) }
    )
    return socket
  }

  private static func make(isIPv4: Bool) throws(Errno) -> UDPSocket {
    let kind = Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)
    let number = try Errno.check(socket(isIPv4 ? AF_INET : AF_INET6, kind, 0))
    return UDPSocket(descriptor: Descriptor(owning: number))
  }

  private init(descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// Where it is bound.
  var local: Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getsockname(rawValue, $0, &length)
      }
    }
    return result == 0 ? endpoint(in: storage) : nil
  }

  /// Makes room for `bytes` of datagrams that wait to be read, as far as the system allows.
  func queue(bytes: Int32) {
    var bytes = bytes
    let length = socklen_t(MemoryLayout<Int32>.size)
    if unsafe setsockopt(rawValue, SOL_SOCKET, SO_RCVBUFFORCE, &bytes, length) != 0 {
      unsafe setsockopt(rawValue, SOL_SOCKET, SO_RCVBUF, &bytes, length)
    }
  }

  /// Sends to whom the socket is connected; nil when the kernel took it.
  func send(_ datagram: [UInt8]) -> Errno? {
    let count = unsafe Glibc.send(rawValue, datagram, datagram.count, Int32(MSG_NOSIGNAL))
    return count == datagram.count ? nil : Errno.last
  }

  /// Sends to `target`; nil when the kernel took it.
  func send(_ datagram: [UInt8], to target: Endpoint) -> Errno? {
    let count = unsafe withSocketAddress(target) {
      unsafe sendto(rawValue, datagram, datagram.count, Int32(MSG_NOSIGNAL), $0, $1)
    }
    return count == datagram.count ? nil : Errno.last
  }

  /// Waits for the next datagram until `deadline`.
  func receive(until deadline: Instant) -> Received {
    while true {
      if let received = receiveNow() { return received }
      let left = deadline.nanoseconds(since: Clock.now)
      guard left > 0 else { return .late }
      let milliseconds = (left + Nanoseconds.perMillisecond - 1) / Nanoseconds.perMillisecond
      _ = lab_wait_for(rawValue, Int16(POLLIN), Int32(clamping: milliseconds))
    }
  }

  /// A datagram that has come already; nil when none has.
  func receiveNow() -> Received? {
    var buffer = [UInt8](repeating: 0, count: Self.datagramBytesMaximum)
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let count = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe recvfrom(rawValue, &buffer, buffer.count, 0, $0, &length)
      }
    }
    guard count >= 0 else {
      let error = Errno.last
      return error.rawValue == EAGAIN || error.rawValue == EINTR ? nil : .failed(error)
    }
    guard let sender = endpoint(in: storage) else { return nil }
    return .datagram([UInt8](buffer.prefix(count)), from: sender)
  }
}
