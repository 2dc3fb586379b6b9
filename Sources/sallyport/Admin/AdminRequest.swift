/// The bounds of the admin socket.
enum AdminBounds {
  /// The version of what is spoken on it.
  static let version = 1
  /// Bytes of a request, its line's end included.
  static let requestBytes = 4_096
  /// Bytes of a reply.
  static let replyBytes = 8_388_608
  /// Connections at a time; more wait in the kernel.
  static let connections = 16
  /// Connections that one round of the control thread accepts.
  static let acceptsPerRound = 8
  /// How long a request may take to come, and its reply to be taken.
  static let waitMilliseconds: UInt64 = 2_000
  /// Rows of one list of the busiest.
  static let busiest = 200
}

/// What is asked on the admin socket: one line of JSON, e.g. `{"version":1,"ask":{"status":{}}}`,
/// one a connection. The reply is one line as well, `AdminReply`.
struct AdminEnvelope: Codable, Equatable {
  /// The version that the asking side speaks.
  var version = AdminBounds.version
  /// The question.
  var ask: AdminRequest
}

/// A question, or a wish.
enum AdminRequest: Codable, Equatable {
  /// How the gate is: `StatusReport`.
  case status
  /// The page for Prometheus: `String`.
  case metrics
  /// Who comes most: `TopReport`, so many rows in each list.
  case top(rows: Int)
  /// What people said: `PeopleReport`.
  case people
  /// To allow or block a network for so many seconds: `EntryReport`.
  case enter(EntryWish)
  /// To take back what was said of a network, or everything of an origin: `PeopleReport`.
  case undo(network: String?, origin: String?)
  /// What the gate thinks of an address: `WhyReport`.
  case why(address: String)

  /// Whether it changes something.
  var changes: Bool {
    switch self {
    case .enter, .undo: true
    case .status, .metrics, .top, .people, .why: false
    }
  }
}

/// A wish of people for a network.
struct EntryWish: Codable, Equatable {
  /// `allow` or `block`.
  var wish: String
  /// The address or network.
  var network: String
  /// How long it lasts.
  var seconds: UInt64
  /// Why.
  var reason: String
  /// Where it comes from.
  var origin: String
  /// Whether what is a mistake most of the time is taken all the same.
  var insists = false
}
