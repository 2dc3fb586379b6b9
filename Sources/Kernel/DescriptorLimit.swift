internal import CLinux

/// How many descriptors this process may have open.
public enum DescriptorLimit {
  /// The limit as it is.
  public static var current: Int { raise(to: 0) }

  /// Raises the limit as far as it is allowed, at most to `wanted`; what it is then.
  public static func raise(to wanted: Int) -> Int {
    Int(clamping: linux_raise_descriptor_limit(UInt64(wanted)))
  }
}
