public import Wire

/// The two versions of the Internet protocol, which the kernel routes apart from each other.
public enum IPFamily: UInt8, CaseIterable, Sendable {
  /// IPv4; the raw value is the kernel's `AF_INET`.
  case ipv4 = 2
  /// IPv6; the raw value is the kernel's `AF_INET6`.
  case ipv6 = 10

  /// The family of `address`.
  public init(of address: SourceAddress) {
    self = address.isIPv4 ? .ipv4 : .ipv6
  }
}

extension IPFamily: CustomStringConvertible {
  /// `IPv4` or `IPv6`.
  public var description: String { self == .ipv4 ? "IPv4" : "IPv6" }
}

/// What this host does with IPv6. Read in the network namespace of the calling thread.
enum IPv6State: Equatable {
  /// The kernel has no IPv6.
  case absent
  /// IPv6 is switched off on the loopback interface, so no answer can be led back over it.
  case off
  /// IPv6 works.
  case on

  /// The state now.
  static var current: IPv6State {
    do throws(Errno) {
      return try KernelSetting.loopbackIPv6Off.read() == 0 ? .on : .off
    } catch {
      return .absent
    }
  }
}
