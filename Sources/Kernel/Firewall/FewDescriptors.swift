internal import CLinux
internal import Glibc

/// Runs work on a thread with descriptors of its own, of which there are few.
///
/// libnftables waits for the kernel's answer by `select`, which ends the process at a descriptor of
/// 1,024 or more: a gate under a flood has no lower one left.
enum FewDescriptors {
  /// What libnftables' parser needs, and more.
  private static let stackBytes = 8 << 20

  /// Written by the thread, and read when that has ended.
  private final class Outcome<Value: Sendable>: @unchecked Sendable {
    var result: Result<Value, FirewallFault>?
  }

  /// What `work` returns or throws. It has the caller's namespaces and capabilities, and of the
  /// caller's descriptors the standard ones alone.
  static func run<Value: Sendable>(
    _ work: @escaping @Sendable () throws(FirewallFault) -> Value
  ) throws(FirewallFault) -> Value {
    let outcome = Outcome<Value>()
    do throws(Errno) {
      try WorkerThread(name: "firewall", core: nil, stackBytes: stackBytes) {
        // Where the kernel does not grant them, descriptors stay as they are.
        _ = linux_own_descriptors()
        outcome.result = Result { () throws(FirewallFault) in try work() }
      }.join()
    } catch {
      throw .noNFTables(error)
    }
    guard let result = outcome.result else {
      preconditionFailure("a thread that has ended leaves a result")
    }
    return try result.get()
  }
}
