import Testing

@testable import Telemetry

@Suite struct HTTPRequestTests {
  private func read(_ lines: String...) -> Result<HTTPRequest, HTTPRefusal> {
    Result { () throws(HTTPRefusal) in
      try HTTPRequest(head: Array(lines.joined(separator: "\r\n").utf8))
    }
  }

  @Test func whatBrowsersSendIsRead() {
    #expect(
      read("GET / HTTP/1.1", "Host: 127.0.0.1:9477") == .success(HTTPRequest(path: "/"))
    )
    #expect(
      read("HEAD /?span=day&a=%00 HTTP/1.0", "hOsT:\t[::1]:80 ", "Accept: */*")
        == .success(HTTPRequest(path: "/", query: "span=day&a=%00", isHead: true))
    )
    #expect(
      read("GET /metrics HTTP/1.1", "Host: localhost:8080", "Origin: http://localhost:8080")
        == .success(HTTPRequest(path: "/metrics"))
    )
  }

  @Test(arguments: [
    "evil.example", "evil.example:9477", "127.0.0.1.evil.example", "localhost.evil.example",
    "192.0.2.1", "192.0.2.1:9477", "localhost.", "localhost:", "localhost:x", "localhost:99999",
    "[2001:db8::1]", "::1", "[127.0.0.1]", "[::1", "0.0.0.0", "[::]", "127.1", "0x7f000001",
    "2130706433", "user@localhost", "localhost:80:80", "localhost/",
  ])
  func otherHostsAreRefused(host: String) {
    #expect(read("GET / HTTP/1.1", "Host: \(host)") == .failure(.otherHost))
  }

  @Test(arguments: [
    "null", "http://evil.example", "https://localhost:9477", "http://localhost:9478",
    "http://127.0.0.1:9477", "http://localhost:9477.evil.example", "",
  ])
  func otherOriginsAreRefused(origin: String) {
    #expect(
      read("GET / HTTP/1.1", "Host: localhost:9477", "Origin: \(origin)")
        == .failure(.otherOrigin)
    )
  }

  @Test func nothingButGetAndHeadIsAnswered() {
    for method in ["POST", "PUT", "DELETE", "OPTIONS", "CONNECT", "TRACE", "get", "PRI"] {
      #expect(read("\(method) / HTTP/1.1", "Host: localhost") == .failure(.otherMethod))
    }
    #expect(read("GET / HTTP/2.0", "Host: localhost") == .failure(.otherVersion))
    #expect(
      read("GET / HTTP/1.1", "Host: localhost", "Content-Length: 5") == .failure(.hasBody)
    )
    #expect(
      read("GET / HTTP/1.1", "Host: localhost", "Transfer-Encoding: chunked")
        == .failure(.hasBody)
    )
  }

  @Test func whatIsNoRequestIsMalformed() {
    let host = "Host: localhost"
    for lines in [
      ["GET / HTTP/1.1"], ["GET / HTTP/1.1", host, host], ["GET  / HTTP/1.1", host],
      ["GET / HTTP/1.1 ", host, " folded"], ["GET /", host], ["", host],
      ["GET http://localhost/ HTTP/1.1", host], ["GET * HTTP/1.1", host],
      ["GET / HTTP/1.1", "Host : localhost"], ["GET / HTTP/1.1", host, "no colon"],
      ["GET / HTTP/1.1", host, ": no name"], ["GET /\u{0} HTTP/1.1", host],
      ["GET /é HTTP/1.1", host], ["GET / HTTP/1.1\nHost: localhost"],
    ] {
      let head = Array(lines.joined(separator: "\r\n").utf8)
      #expect(throws: HTTPRefusal.malformed, "\(lines)") { try HTTPRequest(head: head) }
    }
    let many = ["GET / HTTP/1.1"] + Array(repeating: "a: b", count: 80)
    #expect(throws: HTTPRefusal.headTooLong) {
      try HTTPRequest(head: Array(many.joined(separator: "\r\n").utf8))
    }
    #expect(throws: HTTPRefusal.headTooLong) {
      try HTTPRequest(head: [UInt8](repeating: 0x61, count: 9_000))
    }
  }

  @Test(arguments: 0..<300)
  func noBytesAreTrouble(seed: UInt64) {
    var random = SeededRandom(state: seed)
    let parts = [
      "GET", " ", "/", "HTTP/1.1", "\r\n", "Host", ":", "localhost", "\n", "\r", "?", "\t", "é",
      "[::1]", "Origin: ", "\u{0}",
    ]
    var bytes: [UInt8] = []
    for _ in 0..<Int.random(in: 0...24, using: &random) {
      bytes += Array((parts.randomElement(using: &random) ?? "").utf8)
      if Bool.random(using: &random) { bytes.append(.random(in: 0...255, using: &random)) }
    }
    // Whatever comes, it is a request for this host or a refusal.
    _ = try? HTTPRequest(head: bytes)
  }

  @Test func everyAnswerRestrictsTheBrowser() throws {
    for refusal in HTTPRefusal.allCases {
      let text = String(decoding: HTTPAnswer(refusal).bytes(isHead: false), as: UTF8.self)
      #expect(text.hasPrefix("HTTP/1.1 \(refusal.status.rawValue) "))
      for line in [
        "Content-Security-Policy: default-src 'none'; script-src 'self';", "frame-ancestors 'none'",
        "X-Content-Type-Options: nosniff\r\n", "Cache-Control: no-store\r\n",
        "Referrer-Policy: no-referrer\r\n", "Connection: close\r\n",
      ] {
        #expect(text.contains(line), "\(refusal): \(line)")
      }
      #expect(!text.contains("unsafe"))
    }
    let whole = HTTPAnswer.text(.ok, "ok")
    let head = String(decoding: whole.bytes(isHead: true), as: UTF8.self)
    #expect(head.hasSuffix("\r\n\r\n") && head.contains("Content-Length: 3\r\n"))
  }
}
