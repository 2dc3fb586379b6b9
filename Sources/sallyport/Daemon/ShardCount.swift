internal import Glibc
internal import Kernel
internal import Wire

extension Configuration {
  /// How many shards each group has: what is asked for, or one a core. The kernel's rules spread
  /// datagrams over so many, so every command that writes or checks them must count alike.
  var shardCount: UInt32 {
    let wished =
      process.shards > 0
      ? process.shards : UInt32(clamping: max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1))
    guard gates.contains(where: { $0.transport == .ssu2 }) else { return wished }
    return min(wished, UInt32(FirewallPlan.maximumShards))
  }
}
