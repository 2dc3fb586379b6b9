internal import CLinux
internal import Glibc

/// A number under /proc/sys, of the network namespace of the calling thread.
struct KernelSetting {
  /// The file.
  let path: String

  /// Whether an accepted TCP connection inherits the mark of its first packet; IPv6 too.
  static let inheritMarks = KernelSetting(path: "/proc/sys/net/ipv4/tcp_fwmark_accept")
  /// Whether IPv6 is switched off on the loopback interface.
  static let loopbackIPv6Off = KernelSetting(path: "/proc/sys/net/ipv6/conf/lo/disable_ipv6")

  /// Longest text of a setting that is read.
  private static let maximumBytes = 16

  /// The number as it is now.
  func read() throws(Errno) -> Int {
    let file = Descriptor(owning: try Errno.check(unsafe open(path, O_RDONLY | O_CLOEXEC)))
    var bytes: [UInt8] = Array(repeating: 0, count: Self.maximumBytes)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe Glibc.read(file.rawValue, buffer.baseAddress, buffer.count)
    }
    guard count >= 0 else { throw .last }
    let text = String(decoding: bytes.prefix(count), as: UTF8.self)
    guard let number = Int(text.prefix { !$0.isWhitespace }) else {
      throw Errno(rawValue: ERANGE)
    }
    return number
  }

  /// Sets the number.
  func write(_ number: Int) throws(Errno) {
    let file = Descriptor(owning: try Errno.check(unsafe open(path, O_WRONLY | O_CLOEXEC)))
    let bytes = Array("\(number)\n".utf8)
    let count = unsafe bytes.withUnsafeBytes { buffer in
      unsafe linux_write(file.rawValue, buffer.baseAddress, buffer.count)
    }
    guard count == bytes.count else { throw .last }
  }
}
