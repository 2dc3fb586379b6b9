internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// What people say of networks, as the control thread keeps it and passes it on to the shards.
struct People {
  /// All that stands.
  private(set) var book = PeopleBook()
  /// Addresses that nobody blocks by accident, besides those of this host's devices.
  private let guarded: [SourceAddress]

  /// Keeps it over a restart; nil when nothing can be kept.
  private let keeper: PeopleKeeper?

  /// What was kept in `store`; the addresses of `gates` are this host's.
  init(
    gates: [GateSettings],
    store: StateStore?,
    at moment: PeopleBook.Moment,
    tell: (JournalEvent) -> Void
  ) {
    let loopback = [SourceAddress(ipv4: 0x7f00_0001), SourceAddress(high: 0, low: 1)]
    guarded = gates.map(\.endpoint.address).filter { !$0.isUnspecified } + loopback
    keeper = store.map(PeopleKeeper.init)
    guard let keeper else { return }
    let kept = keeper.restore(tell: tell)
    book = PeopleBook(kept: kept, at: moment)
    let standing = Set(book.entries.map(\.prefix))
    let over = kept.filter { !standing.contains($0.prefix) }
    if !over.isEmpty { keeper.forget(over) }
    for entry in over { tell(.personEnded(JournalPerson(entry))) }
  }

  /// Takes a wish.
  mutating func enter(
    _ wish: EntryWish,
    by user: UInt32,
    at moment: PeopleBook.Moment
  ) throws(AdminRefusal) -> (entered: PeopleEntry, replaced: PeopleEntry?) {
    guard let word = PeopleWish(rawValue: wish.wish) else {
      throw AdminRefusal(kind: .malformed, message: "a wish is allow or block")
    }
    let prefix = try Self.prefix(wish.network)
    let entry = PeopleEntry(
      word,
      prefix,
      origin: wish.origin,
      reason: wish.reason,
      user: user,
      beganSeconds: 0,
      endsSeconds: 0
    )
    do throws(PeopleFault) {
      let outcome = try book.enter(
        entry,
        seconds: wish.seconds,
        own: guarded + LocalAddresses.now(),
        insists: wish.insists,
        at: moment
      )
      keeper?.keep(outcome.entered)
      return outcome
    } catch {
      throw AdminRefusal(kind: .refused, message: "can't \(word.rawValue) \(prefix.name): \(error)")
    }
  }

  /// Takes back what was said of `network`, or else everything of `origin`.
  mutating func undo(network: String?, origin: String?) throws(AdminRefusal) -> [PeopleEntry] {
    switch (network, origin) {
    case (let network?, nil):
      let prefix = try Self.prefix(network)
      let undone = book.undo(prefix)
      guard !undone.isEmpty else { throw nothing(of: prefix) }
      keeper?.forget(undone)
      return undone
    case (nil, let origin?):
      let undone = book.undo(origin: origin)
      guard !undone.isEmpty else {
        throw AdminRefusal(
          kind: .refused,
          message: "no entry has the origin \(PlainWords.harmless(origin))"
        )
      }
      keeper?.forget(undone)
      return undone
    default:
      throw AdminRefusal(kind: .malformed, message: "name a network or an origin")
    }
  }

  /// Takes out what has ended.
  mutating func end(at moment: PeopleBook.Moment) -> [PeopleEntry] {
    let ended = book.end(at: moment)
    if !ended.isEmpty { keeper?.forget(ended) }
    return ended
  }

  /// Says when changes can't be kept.
  func tellFaults(_ tell: (JournalEvent) -> Void) { keeper?.tellFaults(tell) }

  /// Waits until everything is kept.
  func finish() { keeper?.finish() }

  /// An address or a network as people write it.
  static func prefix(_ text: String) throws(AdminRefusal) -> SourcePrefix {
    if let prefix = SourcePrefix(text) { return prefix }
    let parts = text.split(separator: "/", omittingEmptySubsequences: false)
    if parts.count == 2, let address = SourceAddress(parts[0]), let length = UInt8(parts[1]),
      length <= (address.isIPv4 ? 32 : 128)
    {
      throw AdminRefusal(
        kind: .malformed,
        message: "\(text) is no network: write \(SourcePrefix(address, length: length))"
      )
    }
    throw AdminRefusal(
      kind: .malformed,
      message: "that is no address: write it like 203.0.113.7, 203.0.113.0/24 or 2001:db8::/48"
    )
  }

  private func nothing(of prefix: SourcePrefix) -> AdminRefusal {
    let around = book.entries(holding: prefix.address).first { $0.prefix.contains(prefix) }
    let hint = around.map { ": it lies in \($0.prefix.name), undo that" } ?? ""
    return AdminRefusal(kind: .refused, message: "nothing was said of \(prefix.name)\(hint)")
  }
}
