import Kernel
import Wire

@testable import Lab

extension LabRouter {
  /// A router that runs at the only host of `topology`, listens, and has written its files.
  static func alone(
    in topology: StarTopology,
    _ settings: RouterSettings = RouterSettings()
  ) throws -> LabRouter {
    let router = try LabRouter(
      host: topology.hosts[0],
      settings: settings,
      isFloodfill: true,
      runDirectory: topology.directory
    )
    try router.start()
    let transports = settings.transports
    let keys = [
      transports.hasNTCP2 ? "ntcp2.keys" : nil, transports.hasSSU2 ? "ssu2.keys" : nil,
    ]
    try router.waitForFiles(["router.info"] + keys.compactMap(\.self))
    try router.waitUntilListening()
    _ = Pause.until(timeoutNanoseconds: 5 * Nanoseconds.perSecond) { router.hasWholeRouterInfo }
    return router
  }
}
