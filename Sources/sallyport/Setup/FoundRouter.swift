internal import Filter
internal import Wire

/// A router of this host, as its files and processes show it.
struct FoundRouter: Equatable {
  /// How it stands with one of its transports.
  enum Presence: Equatable {
    /// Peers find it at these ports; an address is nil where a name stands.
    case published([Place])
    /// It is spoken, but peers are not told where.
    case hidden
    /// It is not spoken.
    case off
  }

  /// Where a router says that it is.
  struct Place: Equatable {
    /// nil when it says a name, or this program can't read it.
    var address: SourceAddress?
    /// The port.
    var port: UInt16
  }

  /// Which program it is.
  var kind: RouterKind
  /// Its directory, without symbolic links.
  var directory: String
  /// How it was found, for people.
  var evidence: [String]
  /// Its process; nil when none runs in this network.
  var process: Int32?
  /// What it publishes; nil when that can't be read.
  var presence: [Transport: Presence]?
  /// The letters by which it describes itself, e.g. `LRU`.
  var capabilities: String
  /// Why its files can't be used; nil when they can.
  var fault: RouterFilesFault?

  /// Its name for people.
  var name: String {
    switch kind {
    case .i2pd: "i2pd in \(directory)"
    case .java: "Java I2P in \(directory)"
    }
  }

  /// Whether peers are told where to find it.
  var isPublished: Bool {
    Transport.allCases.contains { transport in
      if case .published = presence?[transport] { return true }
      return false
    }
  }
}
