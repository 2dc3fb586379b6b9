internal import Foundation
internal import Glibc
internal import Kernel
internal import Wire

/// One connection of the admin socket, from its request to the end of its reply. Never waits.
final class AdminConnection {
  /// How far it has come.
  private enum Stage {
    case reading([UInt8])
    case asked(AdminRequest)
    case writing(ArraySlice<UInt8>)
    case ended
  }

  private let socket: LocalSocket
  private let peer: LocalPeer
  private var stage = Stage.reading([])
  private var endsAt: Instant

  /// A connection of somebody whom the kernel knows.
  init?(_ socket: consuming LocalSocket, now: Instant) {
    guard let peer = socket.peer else { return nil }
    self.socket = socket
    self.peer = peer
    endsAt = Self.end(now)
  }

  /// Whether nothing more comes of it.
  func isOver(_ now: Instant) -> Bool {
    if case .ended = stage { return true }
    return now >= endsAt
  }

  /// What to wait for.
  var poll: pollfd {
    let events: Int32 =
      switch stage {
      case .reading: Int32(POLLIN)
      case .writing: Int32(POLLOUT)
      case .asked, .ended: 0
      }
    return pollfd(fd: socket.descriptor.rawValue, events: Int16(events), revents: 0)
  }

  /// Goes on as far as it goes without waiting.
  func advance(
    _ access: AdminAccess,
    now: Instant,
    answer: (AdminRequest, LocalPeer) -> AdminAnswer
  ) {
    if case .reading(let bytes) = stage { read(bytes, access, now: now) }
    if case .asked(let request) = stage {
      switch answer(request, peer) {
      case .line(let bytes): reply(bytes, now: now)
      case .later: break
      }
    }
    if case .writing(let rest) = stage { write(rest) }
  }

  private func read(_ already: [UInt8], _ access: AdminAccess, now: Instant) {
    var bytes = already
    var chunk = [UInt8](repeating: 0, count: AdminBounds.requestBytes + 1)
    switch socket.read(into: &chunk) {
    case .bytes(let count): bytes += chunk[..<count]
    case .wouldBlock: return
    case .ended: return stage = .ended
    }
    guard bytes.count <= AdminBounds.requestBytes else {
      return refuse(.malformed, "a request has \(AdminBounds.requestBytes) bytes at most", now: now)
    }
    guard let end = bytes.firstIndex(of: UInt8(ascii: "\n")) else {
      return stage = .reading(bytes)
    }
    guard end == bytes.count - 1 else {
      return refuse(.malformed, "there is one request a connection", now: now)
    }
    take(bytes[..<end], access, now: now)
  }

  private func take(_ line: ArraySlice<UInt8>, _ access: AdminAccess, now: Instant) {
    struct Version: Decodable { var version: Int }
    let decoder = JSONDecoder()
    let data = Data(line)
    guard let version = try? decoder.decode(Version.self, from: data).version else {
      return refuse(.malformed, "a request is one line of JSON with a version", now: now)
    }
    guard version == AdminBounds.version else {
      let text = "the gate speaks version \(AdminBounds.version) of this protocol, not \(version): "
      return refuse(.version, text + "use the command that came with it", now: now)
    }
    guard let request = try? decoder.decode(AdminEnvelope.self, from: data).ask else {
      return refuse(.malformed, "the gate knows no such request", now: now)
    }
    if case .line(let bytes) = access.refusal(of: request, by: peer) {
      return reply(bytes, now: now)
    }
    stage = .asked(request)
  }

  private func refuse(_ kind: AdminRefusal.Kind, _ message: String, now: Instant) {
    if case .line(let bytes) = AdminAnswer.refuse(kind, message) { reply(bytes, now: now) }
  }

  private func reply(_ bytes: [UInt8], now: Instant) {
    endsAt = Self.end(now)
    stage = .writing(bytes[...])
  }

  private func write(_ bytes: ArraySlice<UInt8>) {
    var rest = bytes
    while !rest.isEmpty {
      switch socket.write(rest) {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: return stage = .writing(rest)
      case .ended: return stage = .ended
      }
    }
    socket.finishWriting()
    stage = .ended
  }

  private static func end(_ now: Instant) -> Instant {
    now.advanced(byNanoseconds: AdminBounds.waitMilliseconds * Nanoseconds.perMillisecond)
  }
}
