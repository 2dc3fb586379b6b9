public import Wire

/// How a refused stranger's connection ends: as the bare router would end it.
public struct FailurePlan: Equatable, BitwiseCopyable, Sendable {
  /// Bytes from the stranger, first flight included, after which the connection is closed.
  public let totalBytes: Int
  /// When it is closed if they never come.
  public let until: Instant
  /// Whether what lies unread is read before the close (the peer then sees FIN), or left (the
  /// kernel then sends RST, as it does for a router that reads no further).
  public let drainsBeforeClose: Bool

  /// A plan.
  public init(totalBytes: Int, until: Instant, drainsBeforeClose: Bool) {
    self.totalBytes = totalBytes
    self.until = until
    self.drainsBeforeClose = drainsBeforeClose
  }
}
