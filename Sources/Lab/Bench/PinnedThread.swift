internal import CLinux

/// The calling thread, when it measures.
enum PinnedThread {
  /// Keeps the calling thread on `core` from now on.
  static func pin(toCore core: Int) throws(LabError) {
    guard linux_pin_thread(Int32(core)) == 0 else { throw .lastCall("cannot run on core \(core)") }
  }

  /// Processor time of the calling thread since its start, kernel work included.
  static var processorNanoseconds: UInt64 {
    var used: UInt64 = 0
    _ = unsafe linux_thread_processor_nanoseconds(&used)
    return used
  }
}
