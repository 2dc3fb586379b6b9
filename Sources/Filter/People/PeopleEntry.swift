public import Wire

/// What people want for a network.
public enum PeopleWish: String, CaseIterable, Sendable {
  /// Its limits and the rules do not apply to it.
  case allow
  /// It is refused.
  case block
}

/// What people said of a network: always until some moment, for a reason, from somewhere.
public struct PeopleEntry: Equatable, Sendable {
  /// What they want.
  public var wish: PeopleWish
  /// The network.
  public var prefix: SourcePrefix
  /// Where the wish comes from: one word, by which everything of one origin is undone at once.
  public var origin: String
  /// Why, in people's own words.
  public var reason: String
  /// The number of the user who said it.
  public var user: UInt32
  /// When it was said, in seconds since 1970.
  public var beganSeconds: UInt64
  /// When it ends, in seconds since 1970.
  public var endsSeconds: UInt64

  /// An entry.
  public init(
    _ wish: PeopleWish,
    _ prefix: SourcePrefix,
    origin: String,
    reason: String,
    user: UInt32,
    beganSeconds: UInt64,
    endsSeconds: UInt64
  ) {
    self.wish = wish
    self.prefix = prefix
    self.origin = origin
    self.reason = reason
    self.user = user
    self.beganSeconds = beganSeconds
    self.endsSeconds = endsSeconds
  }
}

/// The bounds on what people say.
public enum PeopleBounds {
  /// Entries in all.
  public static let entries = 16_384
  /// The longest that an entry may last: 90 days. Nothing is for good.
  public static let longestSeconds: UInt64 = 90 * 86_400
  /// Bytes of a reason.
  public static let reasonBytes = 200
  /// Bytes of an origin.
  public static let originBytes = 32
  /// Networks shorter than this are a mistake most of the time.
  public static let shortestIPv4: UInt8 = 16
  /// The same for IPv6.
  public static let shortestIPv6: UInt8 = 32
}
