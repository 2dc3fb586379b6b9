import Foundation
import Kernel
import Wire

/// Asks a gate on its admin socket, as another program would that knows nothing but the protocol:
/// one line of JSON each way.
enum AdminSocketReader {
  /// How long the gate may take; its control thread comes round four times a second.
  private static let timeoutMilliseconds: UInt32 = 2_000
  /// More than any page.
  private static let replyBytesMax = 1 << 20

  private struct Reply: Decodable {
    let ok: String?
  }

  /// The metrics page of the gate at the socket `path`.
  static func metrics(_ path: String) throws(LabError) -> String {
    let line = try exchange("{\"version\":1,\"ask\":{\"metrics\":{}}}\n", path)
    guard let page = (try? JSONDecoder().decode(Reply.self, from: Data(line.utf8)))?.ok else {
      throw LabError("no page from \(path): \(line.prefix(200))")
    }
    return page
  }

  /// What answers at `path` to `text`, to the end.
  static func exchange(_ text: String, _ path: String) throws(LabError) -> String {
    let socket: LocalSocket
    do throws(Errno) {
      socket = try LocalSocket(to: path, waitMilliseconds: timeoutMilliseconds)
    } catch {
      throw LabError("nobody answers at \(path): \(error)")
    }
    _ = socket.write(Array(text.utf8)[...])
    var reply: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while reply.count < replyBytesMax {
      switch socket.read(into: &chunk) {
      case .bytes(let count): reply += chunk[..<count]
      case .ended: return String(decoding: reply, as: UTF8.self)
      case .wouldBlock: throw LabError("no answer from \(path) in time")
      }
    }
    throw LabError("an endless answer from \(path)")
  }
}
