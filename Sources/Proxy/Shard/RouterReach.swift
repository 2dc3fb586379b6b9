internal import Wire

/// Whether the router takes connections, for each family of addresses by itself: it may listen on
/// one of the two alone, and what is lost on the other is no reason to let anybody wait.
struct RouterReach: BitwiseCopyable {
  /// What is known of one family.
  struct Family: BitwiseCopyable {
    /// Until when it is not dialled, after it refused.
    var restsUntil: Instant
    /// Since when it takes no connection.
    var awaySince: Instant?
  }

  private var ipv4: Family
  private var ipv6: Family

  /// A router that may be dialled from `now` on.
  init(now: Instant) {
    ipv4 = Family(restsUntil: now)
    ipv6 = Family(restsUntil: now)
  }

  /// The family that this source's connections are dialled in.
  subscript(source: SourceAddress) -> Family {
    get { source.isIPv4 ? ipv4 : ipv6 }
    set { if source.isIPv4 { ipv4 = newValue } else { ipv6 = newValue } }
  }

  /// Whether nobody at all may be dialled for.
  func rests(now: Instant) -> Bool { now < ipv4.restsUntil && now < ipv6.restsUntil }

  /// Whether this source may not be dialled for.
  func rests(for source: SourceAddress, now: Instant) -> Bool { now < self[source].restsUntil }
}
