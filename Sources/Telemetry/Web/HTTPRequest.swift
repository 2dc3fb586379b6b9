internal import Wire

/// A request that may be answered: GET or HEAD, from this host, for this host.
///
/// Read from bytes that anybody on this host, or any page in a browser on it, may have written.
public struct HTTPRequest: Equatable, Sendable {
  /// The most bytes of a request's lines together.
  public static let longestHeadBytes = 8_192
  /// The most lines of a request.
  public static let mostLines = 64

  /// Whether the answer's body is left out.
  public var isHead: Bool
  /// What is asked for, without the query.
  public var path: String
  /// What follows the question mark; empty when there is none.
  public var query: String

  /// A request for `path`.
  public init(path: String, query: String = "", isHead: Bool = false) {
    self.path = path
    self.query = query
    self.isHead = isHead
  }

  /// Reads the lines of a request, without the empty line at the end.
  /// - Throws: Why it is not answered as it was meant.
  public init(head: some Collection<UInt8>) throws(HTTPRefusal) {
    guard head.count <= Self.longestHeadBytes else { throw .headTooLong }
    // Anything but visible characters, blanks and line ends has no place in what browsers send.
    guard head.allSatisfy({ (0x20...0x7e).contains($0) || $0 == 13 || $0 == 10 || $0 == 9 }) else {
      throw .malformed
    }
    let text = String(decoding: head, as: UTF8.self)
    let lines = text.unicodeScalars.split(omittingEmptySubsequences: false) { $0 == "\n" }
    guard lines.count <= Self.mostLines, let first = lines.first else { throw .headTooLong }
    // Each line but the last ends with CR LF; the last one's was taken with the empty line.
    guard lines.dropLast().allSatisfy({ $0.last == "\r" }), lines.last?.last != "\r" else {
      throw .malformed
    }
    let fields = try lines.dropFirst().map { (line) throws(HTTPRefusal) in
      try HTTPField(String(line).trimmedEnd)
    }
    self = try Self.request(line: String(first).trimmedEnd)
    try HTTPField.check(fields)
  }

  private static func request(line: String) throws(HTTPRefusal) -> HTTPRequest {
    let words = line.split(separator: " ", omittingEmptySubsequences: false)
    guard words.count == 3, words.allSatisfy({ !$0.isEmpty }) else { throw .malformed }
    guard words[2] == "HTTP/1.1" || words[2] == "HTTP/1.0" else { throw .otherVersion }
    guard words[0] == "GET" || words[0] == "HEAD" else { throw .otherMethod }
    guard words[1].hasPrefix("/") else { throw .malformed }
    let parts = words[1].split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
    return HTTPRequest(
      path: parts.first.map(String.init) ?? "",
      query: parts.count > 1 ? String(parts[1]) : "",
      isHead: words[0] == "HEAD"
    )
  }
}

/// One line of a request after the first.
struct HTTPField: Equatable {
  /// The name in small letters.
  let name: String
  /// The value without blanks around it.
  let value: String

  /// Reads `name: value`.
  init(_ line: String) throws(HTTPRefusal) {
    guard let colon = line.firstIndex(of: ":"), colon > line.startIndex else { throw .malformed }
    let name = line[..<colon]
    // A blank before the colon, or a line that continues another, has deceived many a proxy.
    guard !name.contains(where: { $0 == " " || $0 == "\t" }) else { throw .malformed }
    self.name = name.lowercased()
    value =
      String(line[line.index(after: colon)...].trimmingPrefix { $0 == " " || $0 == "\t" })
      .trimmedEnd
  }

  /// Whether a request with these fields comes from this host and is meant for it.
  static func check(_ fields: [HTTPField]) throws(HTTPRefusal) {
    let hosts = fields.filter { $0.name == "host" }
    guard hosts.count == 1, let host = hosts.first?.value.lowercased() else { throw .malformed }
    guard isThisHost(host) else { throw .otherHost }
    for origin in fields where origin.name == "origin" {
      guard origin.value.lowercased() == "http://\(host)" else { throw .otherOrigin }
    }
    for field in fields {
      guard field.name != "transfer-encoding" else { throw .hasBody }
      guard field.name != "content-length" || field.value == "0" else { throw .hasBody }
    }
  }

  /// Whether a browser that names this host has reached it by a name that nobody else can make
  /// point here. Any port will do: the page is often seen through a tunnel.
  private static func isThisHost(_ host: String) -> Bool {
    var name = Substring(host)
    if let colon = host.lastIndex(of: ":"), !host.hasSuffix("]") {
      guard UInt16(host[host.index(after: colon)...]) != nil else { return false }
      name = host[..<colon]
    }
    if name == "localhost" { return true }
    if name.hasPrefix("["), name.hasSuffix("]") {
      name = name.dropFirst().dropLast()
      return name.contains(":") && SourceAddress(name)?.isLoopback == true
    }
    return !name.contains(":") && SourceAddress(name)?.isLoopback == true
  }
}

extension String {
  /// This line without blanks and its carriage return at the end.
  fileprivate var trimmedEnd: String {
    var rest = unicodeScalars[...]
    while let last = rest.last, last == " " || last == "\t" || last == "\r" { rest.removeLast() }
    return String(rest)
  }
}
