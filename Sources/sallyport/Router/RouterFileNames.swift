internal import Filter

/// The names and sizes of the files that routers keep.
enum RouterFileNames {
  /// What the router publishes of itself, in both kinds.
  static let routerInfo = "router.info"

  /// i2pd's NTCP2 key: public half, private half, initialisation vector.
  static let i2pdNTCP2Keys = "ntcp2.keys"
  /// Bytes of that file.
  static let i2pdNTCP2KeysBytes = 80

  /// Java I2P's configuration, which holds its transport keys.
  static let javaConfiguration = "router.config"
  /// The most bytes of it that are read; the file has a few thousand.
  static let javaConfigurationMaximumBytes = 65_536

  /// Files of which one tells the router's kind.
  static func marks(of kind: RouterKind) -> [String] {
    switch kind {
    case .i2pd: [i2pdNTCP2Keys, "router.keys"]
    case .java: [javaConfiguration, "router.keys.dat"]
    }
  }

  /// Files whose change means that facts or keys have to be read again.
  static func watched(of kind: RouterKind) -> [String] {
    switch kind {
    case .i2pd: [routerInfo, i2pdNTCP2Keys]
    case .java: [routerInfo, javaConfiguration]
    }
  }
}
