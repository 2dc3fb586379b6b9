import Glibc
import Testing
import Wire

@testable import Kernel

/// The kernel's own word on who listens.
@Suite struct TCPListenersTests {
  @Test(arguments: ["127.83.2.1", "::1"])
  func aListenerIsThereAsLongAsItListens(_ text: String) throws {
    let address = try #require(SourceAddress(text[...]))
    let socket = try TestSocket.listening(
      on: Endpoint(address: address, port: 0),
      isTransparent: false
    )
    let endpoint = try #require(socket.own)
    var status = stat()
    fstat(socket.descriptor, &status)
    let found = try TCPListeners.list().first { $0.endpoint == endpoint }
    #expect(found?.inode == UInt64(status.st_ino))
    _ = consume socket
    let left = try TCPListeners.list()
    #expect(!left.contains { $0.endpoint == endpoint })
  }
}
