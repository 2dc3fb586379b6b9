internal import CLinux
internal import Glibc
public import Wire

/// What a receive brought.
public enum ReceiveOutcome: Equatable, BitwiseCopyable, Sendable {
  /// So many bytes, at least one.
  case bytes(Int)
  /// Nothing yet.
  case empty
  /// The other side has closed its direction.
  case end
  /// The connection is gone.
  case broken
}

/// What a send took.
public enum SendOutcome: Equatable, BitwiseCopyable, Sendable {
  /// So many bytes, at least one.
  case bytes(Int)
  /// No room yet.
  case full
  /// The connection is gone.
  case broken
}

/// How a dial stands.
public enum ConnectOutcome: Equatable, BitwiseCopyable, Sendable {
  /// The connection stands.
  case connected
  /// The other side did not take it.
  case refused
}

/// A connected or connecting TCP socket. Its calls never block, never lock and never allocate.
public struct StreamSocket: ~Copyable, Sendable {
  /// The socket's descriptor.
  public let descriptor: Descriptor

  /// Takes over a socket.
  @_noLocks
  public init(_ descriptor: consuming Descriptor) {
    self.descriptor = descriptor
  }

  /// The local address: behind a diversion the one that the peer connected to.
  @_noLocks
  public func localEndpoint() -> Endpoint? {
    var endpoint = linux_endpoint()
    guard unsafe linux_local_endpoint(descriptor.rawValue, &endpoint) == 0 else { return nil }
    return Endpoint(endpoint)
  }

  /// Copies what is there into `buffer` and leaves it in the socket.
  @_noLocks
  public func peek(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> ReceiveOutcome {
    unsafe receive(buffer, count, flags: Int32(MSG_PEEK))
  }

  /// Moves what is there into `buffer`.
  @_noLocks
  public func receive(_ buffer: UnsafeMutableRawPointer, _ count: Int) -> ReceiveOutcome {
    unsafe receive(buffer, count, flags: 0)
  }

  @_noLocks
  private func receive(
    _ buffer: UnsafeMutableRawPointer,
    _ count: Int,
    flags: Int32
  ) -> ReceiveOutcome {
    while true {
      let result = unsafe linux_receive(descriptor.rawValue, buffer, count, flags)
      if result > 0 { return .bytes(result) }
      if result == 0 { return .end }
      switch linux_errno() {
      case EINTR: continue
      case EAGAIN: return .empty
      default: return .broken
      }
    }
  }

  /// Sends from `buffer` what there is room for.
  @_noLocks
  public func send(_ buffer: UnsafeRawPointer, _ count: Int) -> SendOutcome {
    while true {
      let result = unsafe linux_send(descriptor.rawValue, buffer, count, 0)
      if result >= 0 { return .bytes(result) }
      switch linux_errno() {
      case EINTR: continue
      case EAGAIN, ENOTCONN: return .full
      default: return .broken
      }
    }
  }

  /// How the dial that made this socket ended, once the socket is writable.
  @_noLocks
  public func connectOutcome() -> ConnectOutcome {
    linux_socket_error(descriptor.rawValue) == 0 ? .connected : .refused
  }

  /// Tells the other side that nothing more comes.
  @_noLocks
  public func shutdownSending() {
    _ = linux_shutdown_sending(descriptor.rawValue)
  }

  /// The next close sends a reset.
  @_noLocks
  public func resetOnClose() {
    _ = linux_reset_on_close(descriptor.rawValue)
  }

  /// The next close tells the other side nothing.
  @_noLocks
  public func forgetOnClose() {
    _ = linux_forget(descriptor.rawValue)
  }

  /// The loop is woken only when `count` bytes are there, or the other side closes.
  @_noLocks
  public func wakeAtBytes(_ count: Int) {
    _ = linux_receive_low_water(descriptor.rawValue, Int32(clamping: count))
  }
}
