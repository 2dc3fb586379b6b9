/// An answer, whole and in memory.
public struct HTTPAnswer: Equatable, Sendable {
  /// How the request fared.
  public var status: HTTPStatus
  /// What the body is.
  public var contentType: String
  /// The body.
  public var body: String

  /// An answer with this body.
  public init(_ status: HTTPStatus, _ contentType: String, _ body: String) {
    self.status = status
    self.contentType = contentType
    self.body = body
  }

  /// An answer in plain words.
  public static func text(_ status: HTTPStatus, _ lines: String) -> HTTPAnswer {
    HTTPAnswer(status, "text/plain; charset=utf-8", lines + "\n")
  }

  /// The answer to a request that is not answered as it was meant.
  public init(_ refusal: HTTPRefusal) {
    self = .text(refusal.status, refusal.sentence)
  }

  /// What a browser may do with an answer: load styles, scripts and pictures from here, run nothing
  /// else, show it in no frame, and keep nothing.
  private static let restrictions = [
    "Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self'; "
      + "img-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; "
      + "frame-ancestors 'none'",
    "Cross-Origin-Opener-Policy: same-origin",
    "Cross-Origin-Resource-Policy: same-origin",
    "Referrer-Policy: no-referrer",
    "X-Content-Type-Options: nosniff",
    "X-Frame-Options: DENY",
    "Cache-Control: no-store",
  ]

  /// All bytes of the answer; of a HEAD request all but the body. The connection ends after it.
  public func bytes(isHead: Bool) -> [UInt8] {
    var lines = [
      "HTTP/1.1 \(status.rawValue) \(status.words)",
      "Content-Type: \(contentType)",
      "Content-Length: \(body.utf8.count)",
      "Connection: close",
    ]
    if status == .methodNotAllowed { lines.append("Allow: GET, HEAD") }
    let head = (lines + Self.restrictions).joined(separator: "\r\n") + "\r\n\r\n"
    return Array(head.utf8) + (isHead ? [] : Array(body.utf8))
  }
}
