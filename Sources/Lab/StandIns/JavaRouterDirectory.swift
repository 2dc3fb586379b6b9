internal import Filter
internal import Glibc
internal import Wire

/// A router's directory in Java I2P's layout: `router.info`, `router.config`, `router.keys.dat`.
enum JavaRouterDirectory {
  /// Why the directory is not there.
  enum Failure: Error, CustomStringConvertible {
    /// A file cannot be written.
    case notWritable(path: String)

    /// What is wrong and what to do.
    var description: String {
      switch self {
      case .notWritable(let path): "\(path): cannot be written. Name a directory that exists."
      }
    }
  }

  /// Writes the three files of `identity` into `directory`, which must exist; `hybrid` is the form
  /// that its RouterInfo publishes.
  static func write(
    _ identity: LabIdentity,
    at endpoint: Endpoint,
    networkIdentifier: UInt8,
    wallSeconds: UInt64,
    hybrid: HybridForm? = nil,
    directory: String
  ) throws(Failure) {
    let info = identity.routerInfo(
      published: endpoint,
      networkIdentifier: networkIdentifier,
      wallSeconds: wallSeconds,
      hybrid: hybrid
    )
    let configuration = [
      "i2np.ntcp.hostname=\(endpoint.address)",
      "i2np.ntcp.port=\(endpoint.port)",
      "i2np.ntcp2.iv=\(I2PBase64.encode(identity.initializationVector.span))",
      "i2np.ntcp2.sp=\(I2PBase64.encode(identity.staticPrivateKey.span))",
      "i2np.udp.enable=false",
      "router.networkID=\(networkIdentifier)",
    ]
    try write(identity, configuration, info, directory: directory)
  }

  /// Writes the three files of a router that speaks SSU2 alone.
  static func write(
    _ identity: SSU2Identity,
    at endpoint: Endpoint,
    networkIdentifier: UInt8,
    wallSeconds: UInt64,
    directory: String
  ) throws(Failure) {
    let info = identity.routerInfo(
      published: endpoint,
      networkIdentifier: networkIdentifier,
      wallSeconds: wallSeconds
    )
    let configuration = [
      "i2np.ntcp.enable=false",
      "i2np.ssu2.ikey=\(I2PBase64.encode(identity.introductionKey.span))",
      "i2np.ssu2.sp=\(I2PBase64.encode(identity.staticPrivateKey.span))",
      "i2np.udp.host=\(endpoint.address)",
      "i2np.udp.internalPort=\(endpoint.port)",
      "i2np.udp.port=\(endpoint.port)",
      "router.networkID=\(networkIdentifier)",
    ]
    try write(identity.router, configuration, info, directory: directory)
  }

  private static func write(
    _ identity: LabIdentity,
    _ configuration: [String],
    _ info: [UInt8],
    directory: String
  ) throws(Failure) {
    let text = configuration.joined(separator: "\n") + "\n"
    try write([UInt8](text.utf8), to: directory + "/router.config", mode: 0o600)
    try write(
      identity.bytes + identity.encryptionPrivateKey + identity.signingSeed,
      to: directory + "/router.keys.dat",
      mode: 0o600
    )
    try write(info, to: directory + "/router.info", mode: 0o644)
  }

  private static func write(
    _ bytes: [UInt8],
    to path: String,
    mode: mode_t
  ) throws(Failure) {
    guard (try? Files.write(bytes, to: path)) != nil, unsafe chmod(path, mode) == 0 else {
      throw .notWritable(path: path)
    }
  }
}
