internal import CLinux

/// A right of the kernel that this program may need.
public enum Capability: UInt32, Sendable {
  /// `CAP_NET_ADMIN`: to load and list rules. The running gate does without it.
  case networkAdministration = 12
  /// `CAP_NET_RAW`: for transparent sockets and, since Linux 5.17, marks.
  case rawNetwork = 13

  /// Whether the calling thread holds it in its effective set.
  public var isHeld: Bool { linux_has_capability(rawValue) == 1 }
}

extension Capability: CustomStringConvertible {
  /// The kernel's name.
  public var description: String {
    switch self {
    case .networkAdministration: "CAP_NET_ADMIN"
    case .rawNetwork: "CAP_NET_RAW"
    }
  }
}
