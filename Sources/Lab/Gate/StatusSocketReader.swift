import Glibc
import Kernel
import Wire

/// Reads what a gate shows on its admin socket: connect, and read to the end.
enum StatusSocketReader {
  /// How long the gate may take; its control thread comes round four times a second.
  private static let timeoutNanoseconds = 2 * Nanoseconds.perSecond
  /// More than any page.
  private static let pageBytesMax = 1 << 20

  /// The page at the socket `path`.
  static func read(_ path: String) throws(LabError) -> String {
    let type = Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue)
    let number = socket(AF_UNIX, type, 0)
    guard number >= 0 else { throw .lastCall("cannot make a socket") }
    let connection = TCPSocket(owning: Descriptor(owning: number))
    connection.limitWaiting(toNanoseconds: timeoutNanoseconds)
    guard try connect(number, to: path) == 0 else {
      throw .lastCall("nobody answers at \(path)")
    }
    var page: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while page.count < pageBytesMax {
      guard let count = connection.receive(into: &chunk) else {
        throw .lastCall("no page from \(path)")
      }
      if count == 0 { break }
      page += chunk[..<count]
    }
    return String(decoding: page, as: UTF8.self)
  }

  private static func connect(_ socket: Int32, to path: String) throws(LabError) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let room = MemoryLayout.size(ofValue: address.sun_path)
    guard path.utf8.count < room else { throw LabError("\(path): too long for a socket") }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      unsafe bytes.copyBytes(from: path.utf8)
    }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(socket, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
