/// Why a request is not answered as it was meant.
public enum HTTPRefusal: Error, Equatable, Sendable, CaseIterable {
  /// It is no request of HTTP/1.
  case malformed
  /// Its lines are longer, or more, than any browser's.
  case headTooLong
  /// It was not whole in time.
  case tooSlow
  /// It brings a body, which nothing here takes.
  case hasBody
  /// Neither GET nor HEAD: nothing can be changed here.
  case otherMethod
  /// Another version of HTTP.
  case otherVersion
  /// It names a host that is not this one: a page of somebody else's made the browser come here.
  case otherHost
  /// A page of another origin asks.
  case otherOrigin
  /// There is nothing at this path.
  case notFound

  /// The number and the words of the answer's first line.
  var status: HTTPStatus {
    switch self {
    case .malformed: .badRequest
    case .headTooLong: .headTooLarge
    case .tooSlow: .requestTimeout
    case .hasBody: .contentTooLarge
    case .otherMethod: .methodNotAllowed
    case .otherVersion: .versionNotSupported
    case .otherHost: .misdirected
    case .otherOrigin: .forbidden
    case .notFound: .notFound
    }
  }

  /// The answer's body: what is wrong, and what to do.
  var sentence: String {
    switch self {
    case .malformed: "This is no request of HTTP/1.1 with one Host field."
    case .headTooLong:
      "A request may have \(HTTPRequest.longestHeadBytes) bytes in \(HTTPRequest.mostLines) lines."
    case .tooSlow: "The request was not whole in time."
    case .hasBody: "A request must not bring a body: nothing can be changed here."
    case .otherMethod: "Only GET and HEAD are answered: nothing can be changed here."
    case .otherVersion: "Only HTTP/1.1 and HTTP/1.0 are spoken here."
    case .otherHost:
      "This is only answered as localhost or by a loopback address, such as http://127.0.0.1:9477/."
    case .otherOrigin: "Pages of other origins are not answered."
    case .notFound: "There is /, /metrics and /healthz."
    }
  }
}

/// The statuses that are answered (RFC 9110, section 15; 431 is RFC 6585).
public enum HTTPStatus: Int, Sendable {
  case ok = 200
  case badRequest = 400
  case forbidden = 403
  case notFound = 404
  case methodNotAllowed = 405
  case requestTimeout = 408
  case contentTooLarge = 413
  case misdirected = 421
  case headTooLarge = 431
  case serviceUnavailable = 503
  case versionNotSupported = 505

  /// The words beside the number.
  var words: String {
    switch self {
    case .ok: "OK"
    case .badRequest: "Bad Request"
    case .forbidden: "Forbidden"
    case .notFound: "Not Found"
    case .methodNotAllowed: "Method Not Allowed"
    case .requestTimeout: "Request Timeout"
    case .contentTooLarge: "Content Too Large"
    case .misdirected: "Misdirected Request"
    case .headTooLarge: "Request Header Fields Too Large"
    case .serviceUnavailable: "Service Unavailable"
    case .versionNotSupported: "HTTP Version Not Supported"
    }
  }
}
