import Glibc
import Wire

/// Lends `endpoint` in the form that the C interface takes.
func withSocketAddress<Value>(
  _ endpoint: Endpoint,
  _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
) -> Value {
  if endpoint.address.isIPv4 {
    var address = sockaddr_in()
    address.sin_family = sa_family_t(AF_INET)
    address.sin_port = endpoint.port.bigEndian
    address.sin_addr.s_addr = endpoint.address.ipv4.bigEndian
    return unsafe withUnsafePointer(to: &address) { pointer in
      unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        unsafe body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
      }
    }
  }
  var address = sockaddr_in6()
  address.sin6_family = sa_family_t(AF_INET6)
  address.sin6_port = endpoint.port.bigEndian
  unsafe withUnsafeMutableBytes(of: &address.sin6_addr) { bytes in
    unsafe bytes.storeBytes(of: endpoint.address.high.bigEndian, as: UInt64.self)
    unsafe bytes.storeBytes(of: endpoint.address.low.bigEndian, toByteOffset: 8, as: UInt64.self)
  }
  return unsafe withUnsafePointer(to: &address) { pointer in
    unsafe pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
      unsafe body($0, socklen_t(MemoryLayout<sockaddr_in6>.size))
    }
  }
}

/// The endpoint that the kernel wrote into `storage`; nil when it is of another family.
func endpoint(in storage: sockaddr_storage) -> Endpoint? {
  unsafe withUnsafeBytes(of: storage) { bytes in
    let port = unsafe UInt16(bigEndian: bytes.load(fromByteOffset: 2, as: UInt16.self))
    switch Int32(storage.ss_family) {
    case AF_INET:
      let address = unsafe UInt32(bigEndian: bytes.load(fromByteOffset: 4, as: UInt32.self))
      return Endpoint(address: SourceAddress(ipv4: address), port: port)
    case AF_INET6:
      let high = unsafe UInt64(bigEndian: bytes.load(fromByteOffset: 8, as: UInt64.self))
      let low = unsafe UInt64(bigEndian: bytes.load(fromByteOffset: 16, as: UInt64.self))
      return Endpoint(address: SourceAddress(high: high, low: low), port: port)
    default:
      return nil
    }
  }
}
