internal import Wire

/// How one handshake is to be done, rightly or wrongly.
struct HandshakeOptions {
  /// Message 1.
  var firstFlight = FirstFlightOptions()
  /// How message 1 goes out.
  var delivery: Delivery = .whole
  /// Where we fall silent; nil: nowhere.
  var stop: Stop?
  /// What we do once we have fallen silent.
  var departure: Departure = .waitForClose
  /// Who we are; nil: somebody new.
  var identity: LabIdentity?
  /// The NTCP2 address in our RouterInfo; nil: none, as a firewalled router.
  var published: Endpoint?
  /// The network that our RouterInfo claims; nil: the router's own.
  var routerInfoNetworkIdentifier: UInt8?
  /// Bytes of padding in message 3; nil: no padding block.
  var messageThreePaddingCount: Int?
  /// Message 3's fault.
  var messageThreeFault: MessageThreeFault = .none
  /// What we do once we are established.
  var farewell: Farewell = .closeAtOnce
  /// Longest wait for each thing that we wait for.
  var patienceNanoseconds: UInt64 = 15 * Nanoseconds.perSecond

  /// How message 1 goes out.
  enum Delivery {
    /// In one write, as the specification asks.
    case whole
    /// In pieces of these sizes, the rest last, with a pause between them.
    case pieces(sizes: [Int], pauseNanoseconds: UInt64)
    /// One byte after the other, with a pause between them.
    case byteByByte(pauseNanoseconds: UInt64)
  }

  /// Where an initiator falls silent.
  enum Stop: Equatable {
    /// Before the first byte.
    case beforeFirstFlight
    /// After so many bytes of message 1.
    case withinFirstFlight(byteCount: Int)
    /// After message 1, deaf to message 2.
    case afterFirstFlight
    /// After message 2 was read.
    case afterMessageTwo
  }

  /// What a silent initiator does.
  enum Departure {
    /// Waits until the router closes or patience ends.
    case waitForClose
    /// Closes with FIN.
    case finish
    /// Closes with RST.
    case reset
  }

  /// What an established initiator does.
  enum Farewell: Equatable {
    /// Closes.
    case closeAtOnce
    /// Sends one message first, as a peer that wants something does.
    case sendMessageFirst
    /// Stays silent for so long, then ends its own direction and waits for the router to do so.
    case stay(nanoseconds: UInt64)
  }
}
