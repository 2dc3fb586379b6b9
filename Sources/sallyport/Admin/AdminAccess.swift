internal import Kernel

/// Who may do what on the admin socket.
///
/// Root and the daemon's own user may do everything. Members of the socket's group may look and
/// change nothing, so that monitoring needs no right to let anybody in. Nobody else gets an answer.
struct AdminAccess: Equatable {
  /// The user as which the daemon runs.
  var user: UInt32
  /// The socket's group.
  var group: UInt32

  /// What somebody may do.
  enum Right: Equatable {
    case nothing
    case look
    case change
  }

  /// What `peer` may do.
  func right(of peer: LocalPeer) -> Right {
    if peer.user == 0 || peer.user == user { return .change }
    return peer.groups.contains(group) ? .look : .nothing
  }

  /// Why `peer` may not ask for `request`; nil when it may.
  func refusal(of request: AdminRequest, by peer: LocalPeer) -> AdminAnswer? {
    switch right(of: peer) {
    case .change: nil
    case .look where !request.changes: nil
    case .look:
      .refuse(.forbidden, "only root and the gate's own user may change something: use sudo")
    case .nothing:
      .refuse(.forbidden, "only root and members of the socket's group may ask: use sudo")
    }
  }
}
