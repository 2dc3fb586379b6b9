internal import CLinux

/// The memory that the process has from the kernel.
public enum Heap {
  /// Gives the kernel back what is not in use. Looks at the whole heap: milliseconds, off the hot
  /// path.
  public static func giveBackUnused() { linux_trim_heap() }
}
