internal import CLinux
internal import Glibc

/// Wakes a loop from another thread: an eventfd.
public struct WakeSignal: ~Copyable, Sendable {
  /// Readable once `raise` was called.
  public let descriptor: Descriptor

  /// A signal that is not raised.
  public init() throws(Errno) {
    descriptor = Descriptor(owning: try Errno.check(linux_event_descriptor()))
  }

  /// A handle for another thread. It may outlive this signal: then nobody is woken.
  public func makeRemote() throws(Errno) -> WakeRemote {
    WakeRemote(descriptor: try descriptor.duplicate())
  }

  /// Clears the signal.
  @_noLocks
  public func acknowledge() {
    var count: UInt64 = 0
    _ = unsafe linux_read(descriptor.rawValue, &count, MemoryLayout<UInt64>.size)
  }
}

/// Raises a loop's wake signal from another thread, through a descriptor of its own: the number of
/// one that a loop has closed may be a connection's by now.
public struct WakeRemote: ~Copyable, Sendable {
  fileprivate let descriptor: Descriptor

  /// Wakes the loop.
  public func raise() {
    var one: UInt64 = 1
    _ = unsafe linux_write(descriptor.rawValue, &one, MemoryLayout<UInt64>.size)
  }
}
