public import Wire

/// Why people's wish is not taken.
public enum PeopleFault: Error, Equatable, Sendable {
  /// It would last for no time, or longer than `PeopleBounds.longestSeconds`.
  case span
  /// The reason is empty, too long, or has characters that steer a terminal.
  case reason
  /// The origin is no word of small letters, digits and hyphens.
  case origin
  /// The network holds an address of this host.
  case own(SourceAddress)
  /// The network overlaps one that is not routed in the Internet.
  case privateRange(SourcePrefix)
  /// The network is very large.
  case wide
  /// An entry allows all of the network.
  case allowed(PeopleEntry)
  /// An entry allows a part of the network.
  case holdsAllowed(PeopleEntry)
  /// There are `PeopleBounds.entries` already.
  case full

  /// Whether the same wish is taken from somebody who insists.
  public var yieldsToForce: Bool {
    switch self {
    case .privateRange, .wide, .holdsAllowed: true
    case .span, .reason, .origin, .own, .allowed, .full: false
    }
  }
}

extension PeopleFault: CustomStringConvertible {
  /// What is wrong, and what to do about it.
  public var description: String {
    yieldsToForce ? "\(problem), or insist with --force" : problem
  }

  private var problem: String {
    switch self {
    case .span:
      "an entry lasts from 1 second to \(PeopleBounds.longestSeconds / 86_400) days: "
        + "name a span like 2h"
    case .reason:
      "a reason has 1 to \(PeopleBounds.reasonBytes) bytes on one line: write why"
    case .origin:
      "an origin has 1 to \(PeopleBounds.originBytes) small letters, digits and hyphens: "
        + "write one word"
    case .own(let address):
      "it holds \(address), an address of this host: name a network without it"
    case .privateRange(let range):
      "it overlaps \(range), which is not routed in the Internet: name a public network"
    case .wide:
      "it is very large: name a network of /\(PeopleBounds.shortestIPv4) or longer "
        + "(IPv6: /\(PeopleBounds.shortestIPv6))"
    case .allowed(let entry):
      "\(entry.prefix.name) is allowed (\(entry.origin): \(entry.reason)), and that counts more: "
        + "take it back first, with unblock \(entry.prefix.name)"
    case .holdsAllowed(let entry):
      "it holds \(entry.prefix.name), which is allowed (\(entry.origin)) and stays so: "
        + "name networks beside it"
    case .full:
      "there are \(PeopleBounds.entries) entries already: undo some, or wait until some end"
    }
  }
}
