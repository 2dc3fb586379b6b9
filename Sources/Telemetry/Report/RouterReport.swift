/// Whether the router is there for what the gates of one transport hand over. Nobody asks it: what
/// shows is who listens, by the kernel, and how the router took what was handed over.
public struct RouterReport: Equatable, Sendable {
  /// Whether it is there.
  public enum State: Equatable, Sendable {
    /// It listens, or answered lately.
    case up
    /// Nobody listens, or what was handed over was refused, for so long.
    case away(nanoseconds: UInt64)
    /// Neither shows.
    case unknown
  }

  /// Whether somebody listens where the router is.
  public enum Listener: Equatable, Sendable {
    /// Somebody does.
    case somebody
    /// Nobody does.
    case nobody
    /// That does not show from here.
    case unknown
  }

  /// Whether it is there.
  public var state: State
  /// Whether somebody listens where it is.
  public var listener: Listener
  /// When it last answered a stranger, in seconds since 1970; nil when it has not yet.
  public var answeredWallSeconds: UInt64?

  /// A router in this state.
  public init(
    state: State = .unknown,
    listener: Listener = .unknown,
    answeredWallSeconds: UInt64? = nil
  ) {
    self.state = state
    self.listener = listener
    self.answeredWallSeconds = answeredWallSeconds
  }
}
