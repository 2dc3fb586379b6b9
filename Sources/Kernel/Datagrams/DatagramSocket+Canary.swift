internal import CLinux
internal import Glibc
public import Wire

extension DatagramSocket {
  /// Bytes of the canary's payload: as many as every receiving socket of a gate lets through.
  private static let canaryBytes = 64

  /// Whether something takes datagrams at `endpoint`: `refused` when the kernel says that nothing
  /// does, nil when it says nothing. Sends one datagram of zeros. Blocks for that long: for control
  /// threads only.
  ///
  /// Meant for `FirewallPlan.canary`: the kernel refuses it at once when the rules are gone. A gate
  /// that finds the datagram among its own forgets it.
  public static func reaches(
    _ endpoint: Endpoint,
    withinMilliseconds limit: Int32
  ) -> ConnectOutcome? {
    switch dial(endpoint) {
    case .connecting(let socket): return socket.answer(withinMilliseconds: limit)
    case .refused: return .refused
    case .descriptorsShort: return nil
    case .forbidden: return nil
    }
  }

  private borrowing func answer(withinMilliseconds limit: Int32) -> ConnectOutcome? {
    let zeros = [UInt8](repeating: 0, count: Self.canaryBytes)
    let dispatch = unsafe zeros.withUnsafeBytes { unsafe send($0) }
    guard dispatch == .sent else { return dispatch == .refused ? .refused : nil }
    var wait = pollfd(fd: descriptor.rawValue, events: Int16(POLLIN), revents: 0)
    guard unsafe poll(&wait, 1, limit) == 1 else { return nil }
    return linux_socket_error(descriptor.rawValue) == ECONNREFUSED ? .refused : nil
  }
}
