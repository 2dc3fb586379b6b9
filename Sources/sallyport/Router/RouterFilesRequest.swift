internal import Filter

/// What a gate wants to know of its router, and where to look.
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
    /// With what the router publishes; its key file is not opened.
    case `public`
  }

  /// The router's directory.
  var directory: String
  /// Which router it is.
  var kind: Kind
  /// Whether the private key is wanted.
  var proof: Proof
  /// The port that the gate stands on, which must be a published one; nil leaves it unchecked.
  var port: UInt16?

  /// The path of `name` inside the directory.
  func path(_ name: String) -> String {
    directory.hasSuffix("/") ? directory + name : directory + "/" + name
  }
}
