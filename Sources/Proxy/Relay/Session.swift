internal import Filter
internal import Wire

/// What an admitted connection is doing.
enum SessionStage: BitwiseCopyable {
  /// The router is being dialled for it.
  case dialling(ProvenFlight)
  /// The router has the first flight; the handshake is followed.
  case handshaking(HandshakeFollower)
  /// Data flows.
  case open
}

/// One direction of an admitted connection.
struct Direction<Overflow: ~Copyable>: ~Copyable {
  /// Bytes that the receiver had no room for, or that pass without a copy.
  var overflow: Overflow?
  /// Whether the sender may have something to read.
  var isReadable = false
  /// Whether the receiver may have room.
  var isWritable = false
  /// Whether the kernel said that the sender is closing: no further event will say it again.
  var isClosing = false
  /// Whether the sender has reset the connection, perhaps after bytes and an end that are still to
  /// be passed on.
  var isReset = false
  /// Whether all that the sender sent was read.
  var endSeen = false
  /// Whether the receiver was told.
  var endPassedOn = false
  /// Reads in a row that filled the whole buffer: many mean bulk, which is spliced.
  var fullReads: UInt8 = 0

  init() {
    overflow = nil
  }
}

/// A connection that was let through: the peer's side and the router's.
struct Session<Socket: ~Copyable, Overflow: ~Copyable>: ~Copyable {
  let peer: Socket
  let router: Socket
  let source: Endpoint
  let keys: SourceKeys
  let standing: Standing
  let acceptedAt: Instant
  let provenAt: Instant
  var stage: SessionStage
  /// When the stage began; for a handshake, when its last step was made; once the router has
  /// closed, when it did.
  var steppedAt: Instant
  /// From when on the peer's next byte shows that the session lasts; once data flows.
  var lastsAt: Instant
  /// Whether it counts as a handshake under way at the router.
  var isInFlight = true
  /// Whether anything moved since the idle deadline was set.
  var wasActive = true
  /// Whether the router has closed.
  var isEnding = false
  var toRouter = Direction<Overflow>()
  var toPeer = Direction<Overflow>()
}

/// The queues that sessions stand in, each in order of time.
enum SessionQueue {
  /// Sessions whose router has closed.
  static let ending = 0
  static let count = 1 + Standing.allCases.count

  /// Handshakes under way that may be broken off for a peer of better standing.
  static func handshaking(_ standing: Standing) -> Int { 1 &+ Int(standing.rawValue) }
}
