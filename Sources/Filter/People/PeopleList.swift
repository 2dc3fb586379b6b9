public import Wire

/// What people said of an address.
public enum PeopleVerdict: UInt8, Sendable, BitwiseCopyable {
  /// Nothing.
  case unnamed
  /// It is allowed: neither its own limits nor rules apply. Allowing counts more than blocking.
  case allowed
  /// It is blocked.
  case blocked
}

/// What people said of networks, compiled: the longest network decides, unless any that holds the
/// address is allowed.
public struct PeopleList: ~Copyable, Sendable {
  /// How many networks there are.
  public var count: Int { networks.entryCount }

  private let networks: PrefixList

  /// A list of nothing.
  public init() {
    networks = PrefixList(PrefixListSource())
  }

  /// The list of `entries`, at most `PeopleBounds.entries`.
  public init(_ entries: some Sequence<PeopleEntry>) {
    var source = PrefixListSource()
    for entry in entries.prefix(PeopleBounds.entries) {
      do throws(PrefixListFault) {
        try source.add(CollectionOfOne(entry.prefix), value: Self.value(entry.wish))
      } catch {
        preconditionFailure("people's entries are fewer than a list's")
      }
    }
    let allowed = UInt16(PeopleVerdict.allowed.rawValue)
    networks = PrefixList(source) { outer, inner in outer == allowed ? outer : inner }
  }

  /// What people said of `address`.
  #if !DEBUG
    @_noLocks
  #endif
  public func verdict(of address: SourceAddress) -> PeopleVerdict {
    guard networks.entryCount > 0 else { return .unnamed }
    return PeopleVerdict(rawValue: UInt8(truncatingIfNeeded: networks.value(of: address)))
      ?? .unnamed
  }

  private static func value(_ wish: PeopleWish) -> UInt16 {
    switch wish {
    case .allow: UInt16(PeopleVerdict.allowed.rawValue)
    case .block: UInt16(PeopleVerdict.blocked.rawValue)
    }
  }
}
