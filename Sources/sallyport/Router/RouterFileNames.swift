internal import Filter
internal import Wire

/// The names and sizes of the files that routers keep.
enum RouterFileNames {
  /// What the router publishes of itself, in both kinds.
  static let routerInfo = "router.info"

  /// Java I2P's configuration, which holds its transport keys.
  static let javaConfiguration = "router.config"
  /// The most bytes of it that are read; the file has a few thousand.
  static let javaConfigurationMaximumBytes = 65_536

  /// Files of which one tells the router's kind.
  static func marks(of kind: RouterKind) -> [String] {
    switch kind {
    case .i2pd: Transport.allCases.map(\.keyPlace.i2pdFile) + ["router.keys"]
    case .java: [javaConfiguration, "router.keys.dat"]
    }
  }

  /// Files whose change means that facts or keys of `transports` have to be read again.
  static func watched(
    of kind: RouterKind,
    _ transports: some Sequence<Transport>
  ) -> Set<String> {
    switch kind {
    case .i2pd: Set([routerInfo] + transports.map(\.keyPlace.i2pdFile))
    case .java: [routerInfo, javaConfiguration]
    }
  }
}
