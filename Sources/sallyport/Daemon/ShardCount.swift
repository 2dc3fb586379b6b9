internal import Filter
internal import Glibc
internal import Wire

extension Configuration {
  /// The most shards that judge datagrams: four refuse more than two million a second. Before Java
  /// I2P the gate lets so few strangers try that shards could hardly share them; where the file
  /// does not say which router it is, some shards let none try without a cookie.
  private var mostDatagramShards: UInt32 { router.kind == .java ? 1 : 4 }

  /// How many shards a group of this transport has: what is asked for, or one a core. The kernel's
  /// rules spread datagrams over so many, so every command that writes or checks them must count
  /// alike.
  func shardCount(of transport: Transport) -> UInt32 {
    let wished =
      process.shards > 0
      ? process.shards : UInt32(clamping: max(sysconf(Int32(_SC_NPROCESSORS_ONLN)), 1))
    switch transport {
    case .ntcp2: return wished
    case .ssu2: return min(wished, mostDatagramShards)
    }
  }
}
