internal import CLinux
internal import Glibc
public import Wire

/// The addresses of this host's devices.
public enum HostAddresses {
  /// All of them, loopback left out; none when the kernel does not tell.
  public static var all: [SourceAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var found: [SourceAddress] = []
    var next = unsafe first
    while let entry = unsafe next {
      unsafe next = entry.pointee.ifa_next
      guard let socketAddress = unsafe entry.pointee.ifa_addr,
        let address = unsafe address(socketAddress), !address.isLoopback
      else { continue }
      found.append(address)
    }
    return found
  }

  private static func address(_ pointer: UnsafePointer<sockaddr>) -> SourceAddress? {
    switch Int32(unsafe pointer.pointee.sa_family) {
    case AF_INET:
      let address = unsafe UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in.self)
      return SourceAddress(ipv4: UInt32(bigEndian: address.sin_addr.s_addr))
    case AF_INET6:
      var address = unsafe UnsafeRawPointer(pointer).loadUnaligned(as: sockaddr_in6.self).sin6_addr
      return unsafe withUnsafeBytes(of: &address) { bytes in
        SourceAddress(
          high: unsafe UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
          low: unsafe UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
    default: return nil
    }
  }
}
