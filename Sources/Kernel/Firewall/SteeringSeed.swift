internal import CLinux
internal import Glibc

extension FirewallPlan {
  /// A seed for spreading datagrams that is the same in all programs until this host starts again,
  /// and that nobody outside knows: whoever loads the rules and whoever runs the gate arrive at the
  /// same plan without speaking to each other.
  public static func steeringSeedOfThisBoot() -> UInt32 {
    var bytes = [UInt8](repeating: 0, count: 64)
    let file = unsafe open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC)
    guard file >= 0 else { return 0 }
    let owner = Descriptor(owning: file)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      unsafe linux_read(owner.rawValue, buffer.baseAddress, buffer.count)
    }
    guard count > 0 else { return 0 }
    let hash = fnv1a(bytes.prefix(count))
    return UInt32(truncatingIfNeeded: hash ^ hash >> 32)
  }
}

/// A number that tells texts apart (FNV-1a); nobody gains by forging it.
public func fnv1a(_ bytes: some Sequence<UInt8>) -> UInt64 {
  var hash: UInt64 = 0xcbf2_9ce4_8422_2325
  for byte in bytes {
    hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3
  }
  return hash
}
