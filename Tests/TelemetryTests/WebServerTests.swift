import Glibc
import Kernel
import Testing
import Wire

@testable import Telemetry

/// A blocking connection to a server of this process.
private struct Client: ~Copyable {
  private let socket: Int32

  init(to endpoint: Endpoint) {
    socket = Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = endpoint.port.bigEndian
    address.sin_addr.s_addr = endpoint.address.ipv4.bigEndian
    let size = socklen_t(MemoryLayout<sockaddr_in>.size)
    _ = withUnsafePointer(to: &address) { pointer in
      pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { connect(socket, $0, size) }
    }
    var patience = timeval(tv_sec: 30, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
  }

  deinit { close(socket) }

  func send(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL))
  }

  /// Everything until the end.
  func readAll() -> String {
    var all: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = recv(socket, &chunk, chunk.count, 0)
      guard count > 0 else { return String(decoding: all, as: UTF8.self) }
      all += chunk[..<count]
    }
  }

  func ask(_ text: String) -> String {
    send(text)
    return readAll()
  }
}

@Suite struct WebServerTests {
  private static let loopback = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 0)
  private static let request = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"

  /// A server whose answers are as long as a page's.
  private func serve() throws -> WebServerHandle {
    let body = String(repeating: "0123456789abcdef", count: 20_000)
    return try WebServerHandle(on: Self.loopback) { request, _ in
      switch request {
      case .success(let request):
        HTTPAnswer.text(.ok, "\(request.path) \(body)").bytes(isHead: request.isHead)
      case .failure(let refusal): HTTPAnswer(refusal).bytes(isHead: false)
      }
    }
  }

  @Test func aRequestIsAnsweredWhole() throws {
    let server = try serve()
    let answer = Client(to: server.endpoint).ask(Self.request)
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("abcdef\n"))
    // In pieces, however small.
    let client = Client(to: server.endpoint)
    for piece in ["GE", "T / HTTP/1.1\r", "\nHost: 127.0.0.1:1\r\n\r"] {
      client.send(piece)
      usleep(20_000)
    }
    #expect(client.ask("\n").hasPrefix("HTTP/1.1 200 OK\r\n"))
  }

  @Test func misuseIsRefusedWithTheRightNumber() throws {
    let server = try serve()
    let long = String(repeating: "a", count: 20_000)
    for (request, status) in [
      ("GET / HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421),
      ("GET / HTTP/1.1\r\nHost: localhost\r\nOrigin: http://evil.example\r\n\r\n", 403),
      ("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nbody", 405),
      ("GET / HTTP/1.1\r\nHost: localhost\r\nX: \(long)\r\n\r\n", 431),
      ("GET /\(long) HTTP/1.1\r\nHost: localhost\r\n\r\n", 431),
      ("GET / HTTP/1.1\r\n\r\n", 400),
      ("\u{16}\u{3}\u{1}\r\n\r\n", 400),
    ] {
      let answer = Client(to: server.endpoint).ask(request)
      #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(status): \(answer.prefix(40))")
      #expect(answer.contains("Content-Security-Policy: default-src 'none'"))
    }
  }

  @Test func oneConnectionHasOneAnswer() throws {
    let server = try serve()
    let answer = Client(to: server.endpoint).ask(
      String(repeating: Self.request, count: 50)
    )
    // What came after the first request is taken and thrown away; the answer is not lost over it.
    #expect(answer.ranges(of: "HTTP/1.1 200 OK").count == 1 && answer.hasSuffix("abcdef\n"))
  }

  @Test func whoNeverEndsItsRequestIsToldAndLetGo() throws {
    let server = try serve()
    let client = Client(to: server.endpoint)
    let answer = client.ask("GET / HTTP/1.1\r\nHost: loc")
    #expect(answer.hasPrefix("HTTP/1.1 408 "))
  }

  @Test func manyConnectionsKeepNobodyOut() throws {
    let server = try serve()
    var descriptors: [Int32] = []
    defer { for descriptor in descriptors { close(descriptor) } }
    // Far more than there are places, and none ever ends its request.
    for _ in 0..<200 {
      let descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue), 0)
      var address = sockaddr_in()
      address.sin_family = sa_family_t(AF_INET)
      address.sin_port = server.endpoint.port.bigEndian
      address.sin_addr.s_addr = server.endpoint.address.ipv4.bigEndian
      _ = withUnsafePointer(to: &address) { pointer in
        pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
          connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
        }
      }
      _ = send(descriptor, "GET ", 4, Int32(MSG_NOSIGNAL))
      descriptors.append(descriptor)
    }
    let answer = Client(to: server.endpoint).ask(Self.request)
    #expect(answer.hasPrefix("HTTP/1.1 200 OK\r\n") && answer.hasSuffix("abcdef\n"))
  }

  @Test func aPortInUseIsAnError() throws {
    let server = try serve()
    #expect(throws: Errno.self) {
      try WebServerHandle(on: server.endpoint) { _, _ in [] }
    }
  }

  @Test func otherAddressesAreAMistake() async {
    await #expect(processExitsWith: .failure) {
      let everywhere = Endpoint(address: SourceAddress(ipv4: 0), port: 0)
      _ = try WebServerHandle(on: everywhere) { _, _ in [] }
    }
  }
}
