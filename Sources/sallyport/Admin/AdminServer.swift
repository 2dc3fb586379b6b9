internal import Glibc
internal import Kernel
internal import Wire

/// The admin socket as the control thread serves it: a bounded number of connections, none of which
/// is ever waited for.
struct AdminServer: ~Copyable {
  private let listener: LocalListener
  private let access: AdminAccess
  private var connections: [AdminConnection] = []

  /// Listens at `path`.
  init(path: String) throws(Errno) {
    listener = try LocalListener(at: path)
    access = AdminAccess(user: geteuid(), group: listener.group)
  }

  /// What to wait for: new connections while there is room, and those that go on.
  var polls: [pollfd] {
    var polls = connections.map(\.poll)
    if connections.count < AdminBounds.connections {
      polls.append(
        pollfd(fd: listener.descriptor.rawValue, events: Int16(POLLIN), revents: 0)
      )
    }
    return polls
  }

  /// Whether somebody waits for an answer that was not there yet.
  var hasPending: Bool { !connections.isEmpty }

  /// Serves everybody as far as it goes; requests go to `answer`.
  mutating func serve(_ now: Instant, answer: (AdminRequest, LocalPeer) -> AdminAnswer) {
    for _ in 0..<AdminBounds.acceptsPerRound {
      guard connections.count < AdminBounds.connections, let socket = listener.accept() else {
        break
      }
      if let connection = AdminConnection(socket, now: now) { connections.append(connection) }
    }
    for connection in connections { connection.advance(access, now: now, answer: answer) }
    connections.removeAll { $0.isOver(now) }
  }
}
