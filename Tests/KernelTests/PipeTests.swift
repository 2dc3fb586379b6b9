import CLinux
import Kernel
import Testing

/// The place where bytes wait for a socket.
@Suite("Pipes")
struct PipeTests {
  @Test("A pipe takes its whole capacity at once, and no smaller one is taken for a pipe")
  func capacity() throws {
    var pipe = try Pipe()
    let bytes = [UInt8](repeating: 7, count: Pipe.capacity)
    let stored = bytes.withUnsafeBytes { buffer in
      buffer.baseAddress.map { pipe.store($0, buffer.count) }
    }
    #expect(stored == true)
    #expect(pipe.count == Pipe.capacity)
    var first: Int32 = -1
    var second: Int32 = -1
    #expect(linux_pipe(&first, &second, Int32(2 * Pipe.capacity)) == -1)
    #expect(Errno.last == Errno(rawValue: 105))
  }
}
