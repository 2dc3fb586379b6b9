/// The kinds of SSU2 packets; the raw value is the header's type byte (SSU2 specification).
public enum SSU2PacketType: UInt8, CaseIterable, Sendable, BitwiseCopyable {
  /// Opens a handshake with a token.
  case sessionRequest = 0
  /// The answer to a SessionRequest.
  case sessionCreated = 1
  /// Ends a handshake.
  case sessionConfirmed = 2
  /// What flows in a session.
  case data = 6
  /// A message of a peer test outside of any session.
  case peerTest = 7
  /// The answer to whoever has no token yet, or a refusal.
  case retry = 9
  /// Asks for a token.
  case tokenRequest = 10
  /// Opens the way through a firewall or address translation.
  case holePunch = 11
}
