public import Wire

/// All that people said and that has not ended, in the order in which it was said.
///
/// Pure: moments and this host's addresses come in. An entry ends by whichever clock comes first,
/// so neither a wall clock that is set back nor a host that slept makes it last longer.
public struct PeopleBook: Sendable {
  /// An entry with its end on the monotonic clock.
  private struct Held: Sendable {
    var entry: PeopleEntry
    var until: Instant
  }

  /// The moment on both clocks.
  public struct Moment: Sendable {
    /// On the monotonic clock.
    public var now: Instant
    /// In seconds since 1970.
    public var wallSeconds: UInt64

    /// A moment.
    public init(_ now: Instant, wallSeconds: UInt64) {
      self.now = now
      self.wallSeconds = wallSeconds
    }
  }

  private var held: [Held] = []

  /// A book in which nothing stands.
  public init() {}

  /// What was kept over a restart: what has ended is left out, nothing lasts longer than it may.
  /// What began in the future did not: the clock is early at a start, until it is set.
  public init(kept entries: some Sequence<PeopleEntry>, at moment: Moment) {
    for entry in entries where entry.endsSeconds > moment.wallSeconds {
      guard held.count < PeopleBounds.entries else { return }
      var entry = entry
      let began = max(moment.wallSeconds, entry.beganSeconds)
      let (latest, isEndless) = began.addingReportingOverflow(PeopleBounds.longestSeconds)
      if !isEndless { entry.endsSeconds = min(entry.endsSeconds, latest) }
      remove { $0.wish == entry.wish && $0.prefix == entry.prefix }
      append(entry, at: moment)
    }
  }

  /// What stands, the oldest first.
  public var entries: [PeopleEntry] { held.map(\.entry) }

  /// How many entries there are.
  public var count: Int { held.count }

  /// How many entries there are with this wish.
  public func count(_ wish: PeopleWish) -> Int {
    held.count { $0.entry.wish == wish }
  }

  /// The entries that hold `address`, the longest network first.
  public func entries(holding address: SourceAddress) -> [PeopleEntry] {
    held.map(\.entry).filter { $0.prefix.contains(address) }
      .sorted { $0.prefix.length > $1.prefix.length }
  }

  /// The compiled list.
  public var list: PeopleList { PeopleList(held.lazy.map(\.entry)) }

  /// Takes a wish that lasts from now on.
  ///
  /// - Parameters:
  ///   - entry: The wish; its times are set here.
  ///   - seconds: How long it lasts.
  ///   - own: The addresses of this host.
  ///   - insists: Whether what is a mistake most of the time is taken all the same.
  ///   - moment: The moment at which it begins.
  /// - Throws: Why it is not taken; nothing has changed then.
  /// - Returns: The entry that this one takes the place of; nil when it is new.
  public mutating func enter(
    _ entry: PeopleEntry,
    seconds: UInt64,
    own: [SourceAddress],
    insists: Bool,
    at moment: Moment
  ) throws(PeopleFault) -> (entered: PeopleEntry, replaced: PeopleEntry?) {
    guard (1...PeopleBounds.longestSeconds).contains(seconds) else { throw .span }
    if let fault = fault(of: entry, own: own), !(insists && fault.yieldsToForce) { throw fault }
    var entered = entry
    entered.beganSeconds = moment.wallSeconds
    entered.endsSeconds = moment.wallSeconds + seconds
    let replaced = remove { $0.wish == entry.wish && $0.prefix == entry.prefix }.first
    guard held.count < PeopleBounds.entries else { throw .full }
    append(entered, at: moment)
    return (entered, replaced)
  }

  /// Takes back what was said of exactly this network.
  public mutating func undo(_ prefix: SourcePrefix) -> [PeopleEntry] {
    remove { $0.prefix == prefix }
  }

  /// Takes back everything of one origin.
  public mutating func undo(origin: String) -> [PeopleEntry] {
    remove { $0.origin == origin }
  }

  /// Takes out what has ended.
  public mutating func end(at moment: Moment) -> [PeopleEntry] {
    let ended = held.filter { Self.hasEnded($0, moment) }.map(\.entry)
    if !ended.isEmpty { held.removeAll { Self.hasEnded($0, moment) } }
    return ended
  }

  private static func hasEnded(_ held: Held, _ moment: Moment) -> Bool {
    held.until <= moment.now || held.entry.endsSeconds <= moment.wallSeconds
  }

  private mutating func append(_ entry: PeopleEntry, at moment: Moment) {
    let seconds = min(entry.endsSeconds - moment.wallSeconds, PeopleBounds.longestSeconds)
    let until = moment.now.advanced(byNanoseconds: seconds * Nanoseconds.perSecond)
    held.append(Held(entry: entry, until: until))
  }

  @discardableResult
  private mutating func remove(_ isMeant: (PeopleEntry) -> Bool) -> [PeopleEntry] {
    let removed = held.map(\.entry).filter(isMeant)
    if !removed.isEmpty { held.removeAll { isMeant($0.entry) } }
    return removed
  }
}

// MARK: - Mistakes

extension PeopleBook {
  private func fault(of entry: PeopleEntry, own: [SourceAddress]) -> PeopleFault? {
    guard Self.isReason(entry.reason) else { return .reason }
    guard Self.isOrigin(entry.origin) else { return .origin }
    if entry.wish == .block, let fault = blockFault(entry.prefix, own) { return fault }
    let shortest =
      entry.prefix.address.isIPv4 ? PeopleBounds.shortestIPv4 : PeopleBounds.shortestIPv6
    return entry.prefix.length < shortest ? .wide : nil
  }

  /// What can't be overcome comes before what can, so that nobody insists in vain.
  private func blockFault(_ prefix: SourcePrefix, _ own: [SourceAddress]) -> PeopleFault? {
    if let address = own.first(where: { prefix.contains($0) }) { return .own(address) }
    let allowed = held.map(\.entry).filter { $0.wish == .allow }
    if let entry = allowed.first(where: { $0.prefix.contains(prefix) }) { return .allowed(entry) }
    if let entry = allowed.first(where: { prefix.contains($0.prefix) }) {
      return .holdsAllowed(entry)
    }
    return PrivateRanges.overlapping(prefix).map { .privateRange($0) }
  }

  private static func isReason(_ text: String) -> Bool {
    (1...PeopleBounds.reasonBytes).contains(text.utf8.count)
      && text.unicodeScalars.allSatisfy(\.isPlain)
  }

  private static func isOrigin(_ text: String) -> Bool {
    (1...PeopleBounds.originBytes).contains(text.utf8.count)
      && text.utf8.allSatisfy { byte in
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
          UInt8(ascii: "-"):
          true
        default: false
        }
      }
  }
}
