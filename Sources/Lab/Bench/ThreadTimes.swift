internal import CLinux

/// What the calling thread has used.
enum ThreadTimes {
  /// Processor time since its start, kernel work included.
  static var processorNanoseconds: UInt64 {
    var used: UInt64 = 0
    _ = unsafe linux_thread_processor_nanoseconds(&used)
    return used
  }
}
