internal import Glibc
public import Wire

/// The addresses of this host's network devices.
public enum HostAddresses {
  /// The most that are told.
  private static let addressesMaximum = 4_096

  /// The addresses that the devices have at this moment, loopback among them.
  public static func now() -> [SourceAddress] {
    var first: UnsafeMutablePointer<ifaddrs>?
    guard unsafe getifaddrs(&first) == 0 else { return [] }
    defer { unsafe freeifaddrs(first) }
    var addresses: [SourceAddress] = []
    var next = unsafe first
    while let entry = unsafe next, addresses.count < addressesMaximum {
      if let address = unsafe address(entry.pointee.ifa_addr) { addresses.append(address) }
      unsafe next = entry.pointee.ifa_next
    }
    return addresses
  }

  private static func address(_ pointer: UnsafeMutablePointer<sockaddr>?) -> SourceAddress? {
    guard let pointer = unsafe pointer else { return nil }
    let raw = UnsafeRawPointer(pointer)
    switch Int32(unsafe pointer.pointee.sa_family) {
    case AF_INET:
      let address = unsafe raw.loadUnaligned(as: sockaddr_in.self).sin_addr.s_addr
      return SourceAddress(ipv4: UInt32(bigEndian: address))
    case AF_INET6:
      let address = unsafe raw.loadUnaligned(as: sockaddr_in6.self).sin6_addr
      return unsafe withUnsafeBytes(of: address) { bytes in
        unsafe SourceAddress(
          high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
          low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
        )
      }
    default:
      return nil
    }
  }
}
