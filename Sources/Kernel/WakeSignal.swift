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

  /// A handle for other threads; valid as long as this signal lives.
  public var remote: WakeRemote { WakeRemote(rawValue: descriptor.rawValue) }

  /// Clears the signal.
  @_noLocks
  public func acknowledge() {
    var count: UInt64 = 0
    _ = unsafe linux_read(descriptor.rawValue, &count, MemoryLayout<UInt64>.size)
  }
}

/// Raises a loop's wake signal from another thread.
public struct WakeRemote: Sendable, BitwiseCopyable {
  fileprivate let rawValue: Int32

  /// Wakes the loop.
  public func raise() {
    var one: UInt64 = 1
    _ = unsafe linux_write(rawValue, &one, MemoryLayout<UInt64>.size)
  }
}
