internal import CLinux
internal import Glibc

/// What the kernel tells a program that has a terminal.
public enum TerminalSignal: Sendable, BitwiseCopyable {
  /// SIGINT, SIGTERM, SIGHUP: come to an end.
  case end
  /// SIGTSTP: let the shell have the terminal.
  case suspend
  /// SIGWINCH, SIGCONT: the terminal may look different now.
  case redraw
}

/// The signals of a program that draws on a terminal, as a descriptor: nothing interrupts it while
/// the terminal is not as it was.
public struct TerminalSignals: ~Copyable {
  /// Readable when a signal has come.
  public let descriptor: Descriptor

  /// Takes the signals over, for this thread and those that it starts later.
  public init() throws(Errno) {
    let wanted: [Int32] = [SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH, SIGCONT]
    let result = unsafe linux_signal_descriptor(wanted, Int32(wanted.count))
    descriptor = Descriptor(owning: try Errno.check(result))
  }

  /// The next signal that has come; nil when there is none.
  public func next() -> TerminalSignal? {
    var information = signalfd_siginfo()
    let size = MemoryLayout<signalfd_siginfo>.size
    guard unsafe linux_read(descriptor.rawValue, &information, size) == size else { return nil }
    switch Int32(bitPattern: information.ssi_signo) {
    case SIGTSTP: return .suspend
    case SIGWINCH, SIGCONT: return .redraw
    default: return .end
    }
  }
}
