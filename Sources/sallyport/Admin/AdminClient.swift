internal import Foundation
internal import Glibc
internal import Kernel
internal import Wire

/// Why a command got no answer from the gate: one line with the remedy.
struct AdminFault: Error, CustomStringConvertible {
  /// The line.
  let description: String
}

/// Asks a running gate, once a connection.
struct AdminClient {
  /// How long the gate may take for an answer.
  static let waitSeconds: UInt64 = 5

  /// The path of the gate's admin socket.
  let path: String

  /// What the gate answers to `request`.
  func ask<Content: Codable>(
    _ request: AdminRequest,
    for content: Content.Type = Content.self
  ) throws(AdminFault) -> Content {
    let bytes = try exchange(request)
    guard let reply = try? JSONDecoder().decode(AdminReply<Content>.self, from: Data(bytes)) else {
      throw AdminFault(
        description: "what answers at \(path) is no gate of this version: use the command that "
          + "came with it"
      )
    }
    if let refusal = reply.refusal { throw AdminFault(description: refusal.message) }
    guard let content = reply.ok else {
      throw AdminFault(description: "the gate at \(path) gave an empty answer: try again")
    }
    return content
  }

  private func exchange(_ request: AdminRequest) throws(AdminFault) -> [UInt8] {
    guard let line = try? JSONEncoder().encode(AdminEnvelope(ask: request)) else {
      throw AdminFault(description: "the request can't be written as JSON")
    }
    let socket = try connect()
    var rest = (Array(line) + [UInt8(ascii: "\n")])[...]
    while !rest.isEmpty {
      switch socket.write(rest) {
      case .bytes(let count): rest = rest.dropFirst(count)
      case .wouldBlock: throw late
      // It has refused already; its answer may still be read.
      case .ended: rest = []
      }
    }
    return try readAll(socket)
  }

  private func readAll(_ socket: borrowing LocalSocket) throws(AdminFault) -> [UInt8] {
    let until = Clock.now.advanced(byNanoseconds: Self.waitSeconds * Nanoseconds.perSecond)
    var bytes: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while bytes.count <= AdminBounds.replyBytes {
      switch socket.read(into: &chunk) {
      case .bytes(let count): bytes += chunk[..<count]
      case .ended:
        guard !bytes.isEmpty else {
          throw AdminFault(description: "the gate at \(path) closed without an answer: try again")
        }
        return bytes
      case .wouldBlock: if Clock.now >= until { throw late }
      }
    }
    throw AdminFault(description: "the answer of the gate at \(path) is too long")
  }

  private func connect() throws(AdminFault) -> LocalSocket {
    do throws(Errno) {
      return try LocalSocket(to: path, waitMilliseconds: UInt32(Self.waitSeconds * 1_000))
    } catch {
      switch error.rawValue {
      case ENOENT, ECONNREFUSED:
        throw AdminFault(
          description: "no gate answers at \(path): start it (systemctl start sallyport), or "
            + "name its socket with --socket"
        )
      case EACCES, EPERM:
        throw AdminFault(
          description: "\(path) is open to root and its group alone: use sudo, or join the group"
        )
      default:
        throw AdminFault(description: "\(path): \(error): name the gate's socket with --socket")
      }
    }
  }

  private var late: AdminFault {
    AdminFault(
      description: "the gate at \(path) did not answer within \(Self.waitSeconds) s: "
        + "look at its journal (journalctl -t sallyport)"
    )
  }
}
