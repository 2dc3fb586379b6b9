internal import CLinux

/// What the kernel knows of a connection from the moment that it came.
extension StreamSocket {
  /// Enough for the headers of any SYN: IPv6 with a hop-by-hop header, and TCP with all options.
  public static let savedSynByteCount = 256

  /// Copies the IP and TCP headers of the SYN that made this connection into `buffer`; how many
  /// bytes, 0 when the listener did not save them, or they were taken before, or do not fit.
  ///
  /// The kernel lets go of them with this call. Costs one system call.
  @_noLocks
  public func savedSyn(_ buffer: UnsafeMutableRawPointer, _ capacity: Int) -> Int {
    let count = unsafe linux_saved_syn(descriptor.rawValue, buffer, capacity)
    return count > 0 && count <= capacity ? count : 0
  }

  /// The round trip to the peer in microseconds, as the kernel smoothed it; nil when it does not
  /// know. Right after the accept it is the time from the answer to the SYN to the peer's next
  /// packet; behind SYN cookies the kernel has no such measurement and says 0, which is nil here.
  @_noLocks
  public func roundTripMicroseconds() -> UInt32? {
    let time = linux_round_trip_microseconds(descriptor.rawValue)
    return time > 0 ? UInt32(truncatingIfNeeded: time) : nil
  }
}
