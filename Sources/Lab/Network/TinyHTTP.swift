import Kernel
import Wire

/// As much of HTTP/1.0 as a check of a tunnel needs: GET, one body, the connection closes.
enum TinyHTTP {
  /// More than any answer in the lab.
  static let responseBytesMax = 16 << 20

  /// What came back from a GET.
  struct Response: Equatable, Sendable {
    /// The number in the first line, 200 when all is well.
    let status: Int
    /// All after the empty line.
    let body: [UInt8]
    /// From the start of the connection to the last byte.
    let nanoseconds: UInt64
  }

  /// Serves `body` for every GET at `endpoint` in `namespace`, until the server is stopped.
  static func serve(
    _ body: [UInt8],
    in namespace: NetworkNamespace,
    at endpoint: Endpoint
  ) throws(LabError) -> ConnectionServer {
    let head = "HTTP/1.0 200 OK\r\nContent-Length: \(body.count)\r\nConnection: close\r\n\r\n"
    let answer = Array(head.utf8) + body
    return try ConnectionServer(in: namespace, at: endpoint) { connection in
      connection.limitWaiting(toNanoseconds: 10 * Nanoseconds.perSecond)
      guard readHead(of: connection) != nil else { return }
      _ = connection.send(answer)
    }
  }

  /// Fetches `path` from `endpoint` inside `namespace`.
  static func get(
    _ path: String = "/",
    in namespace: NetworkNamespace,
    from endpoint: Endpoint,
    timeoutNanoseconds: UInt64
  ) throws(LabError) -> Response {
    try namespace.run { try get(path, from: endpoint, timeoutNanoseconds: timeoutNanoseconds) }
  }

  /// Fetches `path` from `endpoint`, as this thread's namespace sees it.
  static func get(
    _ path: String = "/",
    from endpoint: Endpoint,
    timeoutNanoseconds: UInt64
  ) throws(LabError) -> Response {
    let start = Clock.now
    let connection = try TCPSocket.connected(
      to: endpoint,
      timeoutNanoseconds: timeoutNanoseconds
    )
    let request = "GET \(path) HTTP/1.0\r\nHost: \(endpoint)\r\nConnection: close\r\n\r\n"
    guard connection.send(Array(request.utf8)) else {
      throw LabError("\(endpoint) does not take the request")
    }
    let bytes = try readAll(of: connection, from: endpoint)
    guard let end = endOfHead(in: bytes), let status = status(in: bytes) else {
      throw LabError("\(endpoint) closed without an answer (\(bytes.count) bytes)")
    }
    return Response(
      status: status,
      body: Array(bytes[end...]),
      nanoseconds: Clock.now.nanoseconds(since: start)
    )
  }

  private static func readAll(
    of connection: borrowing TCPSocket,
    from endpoint: Endpoint
  ) throws(LabError) -> [UInt8] {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while let count = connection.receive(into: &chunk) {
      if count == 0 { return bytes }
      bytes += chunk[..<count]
      guard bytes.count <= responseBytesMax else {
        throw LabError("\(endpoint) answers with more than \(responseBytesMax) bytes")
      }
    }
    throw .lastCall("no answer from \(endpoint)")
  }

  private static func readHead(of connection: borrowing TCPSocket) -> [UInt8]? {
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 2_048)
    while bytes.count < 16_384, let count = connection.receive(into: &chunk), count > 0 {
      bytes += chunk[..<count]
      if endOfHead(in: bytes) != nil { return bytes }
    }
    return nil
  }

  private static func endOfHead(in bytes: [UInt8]) -> Int? {
    let mark: [UInt8] = [13, 10, 13, 10]
    guard bytes.count >= mark.count else { return nil }
    return (0...(bytes.count - mark.count)).first { bytes[$0..<($0 + 4)].elementsEqual(mark) }
      .map { $0 + mark.count }
  }

  private static func status(in bytes: [UInt8]) -> Int? {
    let line = String(decoding: bytes.prefix(16), as: UTF8.self).split(separator: " ")
    guard line.count >= 2, line[0].hasPrefix("HTTP/1.") else { return nil }
    return Int(line[1])
  }
}
