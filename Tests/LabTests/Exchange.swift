import Wire

@testable import Lab

/// One question and one answer, on the thread that asks.
enum Exchange {
  /// Sends `bytes` to `endpoint` and returns the first bytes that come back; none when the
  /// connection ends instead.
  static func once(
    _ bytes: [UInt8],
    at endpoint: Endpoint,
    from source: SourceAddress? = nil
  ) throws -> [UInt8] {
    let connection = try TCPSocket.connected(
      to: endpoint,
      from: source.map { Endpoint(address: $0, port: 0) },
      timeoutNanoseconds: 3 * Nanoseconds.perSecond
    )
    var answer = [UInt8](repeating: 0, count: 1_024)
    guard connection.send(bytes), let count = connection.receive(into: &answer) else { return [] }
    return Array(answer[..<count])
  }
}
