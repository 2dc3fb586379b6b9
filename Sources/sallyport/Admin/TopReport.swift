/// Who comes most, and how the gate is meanwhile.
struct TopReport: Codable, Equatable {
  /// How the gate is.
  var status: StatusReport
  /// The busiest addresses of the last minute, the busiest first.
  var addresses: [BusyRow]
  /// The busiest networks (/24, /64).
  var networks: [BusyRow]
}

/// What one address or network did in the last minute.
struct BusyRow: Codable, Equatable {
  /// The address, or the network.
  var source: String
  /// Connections and datagrams that came, at least.
  var arrived: UInt64
  /// Of those, refused.
  var refused: UInt64
  /// Let through.
  var admitted: UInt64
  /// Handshakes that failed at the router.
  var failed: UInt64
  /// Why the last of them was refused, let through or failed.
  var lastReason: String?
  /// `allow` or `block`, when people said something of it.
  var wish: String?
}
