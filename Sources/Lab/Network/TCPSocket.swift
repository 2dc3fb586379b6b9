import Glibc
import Kernel
import Wire

/// A TCP connection or listener of the lab: blocking calls, each with a time limit.
struct TCPSocket: ~Copyable, Sendable {
  private let descriptor: Descriptor

  /// The kernel's number, for a call that borrows it.
  var rawValue: Int32 { descriptor.rawValue }

  init(owning descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// How long a listener's queue is: the kernel cuts it to its own limit.
  static let backlog: Int32 = 4_096

  private static func make(_ endpoint: Endpoint) throws(LabError) -> TCPSocket {
    let family = endpoint.address.isIPv4 ? AF_INET : AF_INET6
    let number = socket(family, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { throw .lastCall("cannot make a socket") }
    return TCPSocket(owning: Descriptor(owning: number))
  }

  /// Listens at `endpoint`.
  static func listening(at endpoint: Endpoint) throws(LabError) -> TCPSocket {
    let socket = try make(endpoint)
    socket.setOption(SOL_SOCKET, SO_REUSEADDR, 1)
    let result = unsafe withSocketAddress(endpoint) { unsafe bind(socket.rawValue, $0, $1) }
    guard result == 0, listen(socket.rawValue, backlog) == 0 else {
      throw .lastCall("cannot listen at \(endpoint)")
    }
    return socket
  }

  /// Connects to `endpoint`, from `source` when given; fails after `timeoutNanoseconds`.
  static func connected(
    to endpoint: Endpoint,
    from source: Endpoint? = nil,
    timeoutNanoseconds: UInt64
  ) throws(LabError) -> TCPSocket {
    let socket = try make(endpoint)
    if let source {
      let result = unsafe withSocketAddress(source) { unsafe bind(socket.rawValue, $0, $1) }
      guard result == 0 else { throw .lastCall("cannot use the address \(source)") }
    }
    // The send timeout bounds connect as well, see socket(7).
    socket.setTimeout(SO_SNDTIMEO, timeoutNanoseconds)
    socket.setTimeout(SO_RCVTIMEO, timeoutNanoseconds)
    let result = unsafe withSocketAddress(endpoint) { unsafe connect(socket.rawValue, $0, $1) }
    guard result == 0 else { throw .lastCall("cannot connect to \(endpoint)") }
    return socket
  }

  /// Gives up the descriptor without closing it.
  consuming func release() -> Int32 {
    descriptor.release()
  }

  /// The next connection of the listener `listener`; nil when it was shut down.
  static func accept(on listener: Int32) -> TCPSocket? {
    while true {
      let number = Glibc.accept(listener, nil, nil)
      if number >= 0 {
        // The C library's accept has no flag for this; a child started in between would inherit
        // the descriptor, which costs it nothing but a number.
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        return TCPSocket(owning: Descriptor(owning: number))
      }
      guard errno == EINTR || errno == ECONNABORTED else { return nil }
    }
  }

  /// Sends all of `bytes`; false when the other side is gone or the time is over.
  func send(_ bytes: [UInt8]) -> Bool {
    var start = 0
    while start < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.send(
          rawValue,
          buffer.baseAddress.map { unsafe $0 + start },
          bytes.count - start,
          Int32(MSG_NOSIGNAL)
        )
      }
      guard count > 0 else { return false }
      start += count
    }
    return true
  }

  /// Reads into `buffer`; zero at the end of the stream, nil on an error or when the time is over.
  func receive(into buffer: inout [UInt8]) -> Int? {
    let count = unsafe recv(rawValue, &buffer, buffer.count, 0)
    return count < 0 ? nil : count
  }

  /// Where the other side says that it is; nil when it is gone.
  var peer: Endpoint? {
    var storage = sockaddr_storage()
    var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
    let result = unsafe withUnsafeMutablePointer(to: &storage) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe getpeername(rawValue, $0, &length)
      }
    }
    return result == 0 ? endpoint(in: storage) : nil
  }

  /// Ends both directions; a thread that waits in `accept` or `receive` returns.
  func shutDown() {
    shutdown(rawValue, Int32(SHUT_RDWR))
  }

  /// Limits every later `receive` and `send`.
  func limitWaiting(toNanoseconds nanoseconds: UInt64) {
    setTimeout(SO_SNDTIMEO, nanoseconds)
    setTimeout(SO_RCVTIMEO, nanoseconds)
  }

  private func setOption(_ level: Int32, _ name: Int32, _ value: Int32) {
    var value = value
    unsafe setsockopt(rawValue, level, name, &value, socklen_t(MemoryLayout<Int32>.size))
  }

  private func setTimeout(_ name: Int32, _ nanoseconds: UInt64) {
    var time = timeval(
      tv_sec: Int(nanoseconds / Nanoseconds.perSecond),
      tv_usec: Int(nanoseconds % Nanoseconds.perSecond / Nanoseconds.perMicrosecond)
    )
    unsafe setsockopt(rawValue, SOL_SOCKET, name, &time, socklen_t(MemoryLayout<timeval>.size))
  }
}
