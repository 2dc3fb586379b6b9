internal import Filter
internal import Wire

/// What gates want to know of their router, and where to look.
struct RouterFilesRequest: Equatable {
  /// Which router program's files to look for.
  enum Kind: String, CaseIterable {
    /// The one whose files lie in the directory.
    case auto
    /// i2pd.
    case i2pd
    /// Java I2P.
    case java
  }

  /// How a first flight is judged.
  enum Proof: String, CaseIterable {
    /// With the router's own private key.
    case full
    /// With what the router publishes; its key files are not opened.
    case `public`
  }

  /// The router's directory.
  var directory: String
  /// Which router it is.
  var kind: Kind
  /// Whether the private keys are wanted.
  var proof: Proof
  /// The transports that gates speak, each with the ports that its gates stand on: these must be
  /// published ones, and no port leaves that unchecked.
  var ports: [Transport: [UInt16]]

  /// The path of `name` inside the directory.
  func path(_ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }
}

extension RouterFilesRequest {
  /// What a configuration asks of its router's files.
  ///
  /// A transparent gate stands on the router's own port; a proxy's port is its own affair.
  init(_ configuration: Configuration) {
    var ports: [Transport: [UInt16]] = [:]
    for gate in configuration.gates {
      let own = gate.mode == .transparent ? [gate.endpoint.port] : []
      ports[gate.transport, default: []] += own
    }
    self.init(
      directory: configuration.router.directory,
      kind: configuration.router.kind.map(Self.kind) ?? .auto,
      proof: configuration.router.proof == .full ? .full : .public,
      ports: ports
    )
  }

  private static func kind(_ kind: RouterKind) -> Kind {
    switch kind {
    case .i2pd: .i2pd
    case .java: .java
    }
  }
}
