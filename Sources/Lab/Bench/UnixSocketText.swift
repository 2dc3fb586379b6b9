import Glibc
import Kernel
import Wire

/// Reads what a program shows on a Unix socket: connect, and read to the end.
enum UnixSocketText {
  private static let timeoutNanoseconds = 2 * Nanoseconds.perSecond
  /// More than any page.
  private static let bytesMax = 1 << 20

  /// The text at the socket `path`; nil when nobody answers.
  static func read(_ path: String) -> String? {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    guard number >= 0 else { return nil }
    let connection = TCPSocket(owning: Descriptor(owning: number))
    connection.limitWaiting(toNanoseconds: timeoutNanoseconds)
    guard connect(number, to: path) == 0 else { return nil }
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 16_384)
    while text.count < bytesMax, let count = connection.receive(into: &chunk), count > 0 {
      text += chunk[..<count]
    }
    return text.isEmpty ? nil : String(decoding: text, as: UTF8.self)
  }

  private static func connect(_ number: Int32, to path: String) -> Int32 {
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    guard path.utf8.count < MemoryLayout.size(ofValue: address.sun_path) else { return -1 }
    unsafe withUnsafeMutableBytes(of: &address.sun_path) { bytes in
      unsafe bytes.copyBytes(from: path.utf8)
    }
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe Glibc.connect(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
  }
}
