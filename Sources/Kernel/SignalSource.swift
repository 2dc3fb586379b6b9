internal import CLinux
internal import Glibc

/// What an operator or the service manager asks of the process.
public enum ControlSignal: Sendable, BitwiseCopyable {
  /// SIGHUP: read everything again.
  case reload
  /// SIGTERM, SIGINT: let go.
  case terminate
}

/// The process's signals as a descriptor, instead of handlers that interrupt.
public struct SignalSource: ~Copyable {
  /// Readable when a signal has come.
  public let descriptor: Descriptor

  /// Takes SIGHUP, SIGTERM and SIGINT over, for this thread and those that it starts later; ignores
  /// SIGPIPE.
  public init() throws(Errno) {
    signal(SIGPIPE, SIG_IGN)
    let wanted: [Int32] = [SIGHUP, SIGTERM, SIGINT]
    let result = unsafe linux_signal_descriptor(wanted, Int32(wanted.count))
    descriptor = Descriptor(owning: try Errno.check(result))
  }

  /// The next signal that has come; nil when there is none.
  public func next() -> ControlSignal? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard unsafe linux_read(descriptor.rawValue, &information, size) == size else { return nil }
    return Int32(bitPattern: information.ssi_signo) == SIGHUP ? .reload : .terminate
  }
}
