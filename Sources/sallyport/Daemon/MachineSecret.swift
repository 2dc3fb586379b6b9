/// A number that is this machine's own, the same in every command that runs on it.
enum MachineSecret {
  /// systemd's number of this installation, which it asks to be kept from strangers.
  private static let path = "/etc/machine-id"
  private static let maximumBytes = 64

  /// What networks are spread over shards by, so that nobody outside can tell which of them share
  /// one. Without a machine's number it is the same everywhere: a loss of secrecy, not of service.
  static var steeringSeed: UInt32 {
    let bytes = (try? BoundedFile.read(path, maximumBytes: maximumBytes)) ?? []
    // FNV-1a: any mixing does, for a secret that only steers.
    return bytes.reduce(0x811c_9dc5) { ($0 ^ UInt32($1)) &* 0x0100_0193 }
  }
}
