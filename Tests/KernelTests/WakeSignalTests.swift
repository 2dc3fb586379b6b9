import Glibc
import Testing

@testable import Kernel

/// Waking a loop from another thread.
@Suite struct WakeSignalTests {
  /// A loop that has ended has closed its signal, and the number may be a connection's by now.
  @Test func aRemoteThatOutlivesItsSignalWritesIntoNothingElse() throws {
    let signal = try WakeSignal()
    let number = signal.descriptor.rawValue
    let remote = try signal.makeRemote()
    var ends: [Int32] = [-1, -1]
    #expect(pipe(&ends) == 0)
    defer { for end in ends { close(end) } }
    _ = consume signal
    let successor = fcntl(ends[1], F_DUPFD, number)
    defer { close(successor) }
    remote.raise()
    var unread: Int32 = -1
    #expect(ioctl(ends[0], UInt(FIONREAD), &unread) == 0)
    #expect(unread == 0)
  }
}
