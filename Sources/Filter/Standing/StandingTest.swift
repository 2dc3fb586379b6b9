/// Something that a source has shown. Each is remembered by itself and for a time of its own.
public enum StandingTest: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// The router's netDb lists its address. Whoever runs a router can write any address there, so
  /// this is a hint.
  case listed
  /// An SSU2 endpoint at its address received what was sent to it.
  case proven
  /// The router dialled its address, and it answered. Routers dial whoever is listed: a hint.
  case dialled
  /// It completed a handshake.
  case handshake
  /// A session with it lasted, with data, for minutes.
  case session

  /// The word that people read.
  public var word: StaticString {
    switch self {
    case .listed: "listed"
    case .proven: "proven"
    case .dialled: "dialled"
    case .handshake: "handshake"
    case .session: "session"
    }
  }

  /// How dear it is to forget: what is easy to earn goes first when there is no more room.
  var rank: UInt64 { UInt64(rawValue) &+ 1 }
}
