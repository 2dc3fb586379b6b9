internal import Glibc
public import Wire

/// The addresses of this host's interfaces, in the network namespace of the calling thread.
public enum LocalAddresses {
  /// An address, and the device that has it.
  public struct Entry: Equatable, Sendable {
    /// The device's name, e.g. `eth0`.
    public let device: String
    /// The address.
    public let address: SourceAddress

    /// `address` of `device`.
    public init(device: String, address: SourceAddress) {
      self.device = device
      self.address = address
    }
  }

  /// All of them, in the order of the kernel.
  public static func list() throws(Errno) -> [Entry] {
    var first: UnsafeMutablePointer<ifaddrs>?
    _ = try Errno.check(unsafe getifaddrs(&first))
    defer { unsafe freeifaddrs(first) }
    var entries: [Entry] = []
    var next = unsafe first
    while let current = unsafe next {
      if let address = unsafe address(current.pointee.ifa_addr) {
        let device = unsafe String(cString: current.pointee.ifa_name)
        entries.append(Entry(device: device, address: address))
      }
      unsafe next = current.pointee.ifa_next
    }
    return entries
  }

  /// The addresses alone; none when they can't be listed.
  public static func now() -> [SourceAddress] { (try? list().map(\.address)) ?? [] }

  private static func address(_ socket: UnsafeMutablePointer<sockaddr>?) -> SourceAddress? {
    guard let socket = unsafe socket else { return nil }
    switch Int32(unsafe socket.pointee.sa_family) {
    case AF_INET:
      let network = unsafe UnsafeRawPointer(socket).loadUnaligned(as: sockaddr_in.self).sin_addr
      return SourceAddress(ipv4: UInt32(bigEndian: network.s_addr))
    case AF_INET6:
      let whole = unsafe UnsafeRawPointer(socket).loadUnaligned(as: sockaddr_in6.self).sin6_addr
      let halves = unsafe withUnsafeBytes(of: whole) { bytes in
        unsafe (
          bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
          bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)
        )
      }
      return SourceAddress(high: UInt64(bigEndian: halves.0), low: UInt64(bigEndian: halves.1))
    default: return nil
    }
  }

  /// The address from which this host speaks to peers far away in `family`; nil when it has no way
  /// to them. Sends nothing.
  public static func outward(_ family: IPFamily) -> SourceAddress? {
    let farAway = Endpoint(
      address: family == .ipv4
        ? SourceAddress(ipv4: 0xc000_0201) : SourceAddress(high: 0x2001_0db8_0000_0000, low: 1),
      port: 9
    )
    guard case .connecting(let socket) = DatagramSocket.dial(farAway) else { return nil }
    return socket.localEndpoint()?.address
  }
}
