public import Wire

/// Why a RouterInfo of sound form tells a gate nothing that it can work with.
public enum RouterFactsFault: Error, Equatable, Sendable {
  /// The identity does not sign with Ed25519, so the signature cannot be verified.
  case signatureType(certificate: UInt8, signing: UInt16?)
  /// The signature does not fit the bytes.
  case badSignature
  /// No address speaks the transport.
  case notSpoken(Transport)
  /// The transport is spoken, but no address says where to (`host`, `port`, `i`).
  case unpublished(Transport)
  /// An option of a published address is not what it must be.
  case malformedAddressOption(Transport, String)
  /// Published addresses of one transport differ in an option that they must share.
  case differingAddressOption(Transport, String)
  /// An option of the router is absent or not what it must be.
  case malformedRouterOption(String)
  /// The published hybrid form is not one that this program knows for the transport.
  case unknownHybridForm(Transport, String)
}

extension RouterFactsFault: CustomStringConvertible {
  /// What is wrong, in words that continue a sentence.
  public var description: String {
    switch self {
    case .signatureType(let certificate, let signing):
      "the identity is not signed with Ed25519 (certificate type \(certificate), signature type "
        + "\(signing.map { String($0) } ?? "none"); wanted are 5 and 7)"
    case .badSignature:
      "the signature does not fit: the file is damaged or only half written"
    case .notSpoken(let transport):
      "no \(transport.rawValue) address is published"
    case .unpublished(let transport):
      "\(transport.rawValue) is on, but its address is not published (no host, port and 'i')"
    case .malformedAddressOption(let transport, let name):
      "the \(transport.rawValue) address has an option '\(name)' that cannot be read"
    case .differingAddressOption(let transport, let name):
      "the \(transport.rawValue) addresses differ in their option '\(name)'"
    case .malformedRouterOption(let name):
      "the router's option '\(name)' is absent or cannot be read"
    case .unknownHybridForm(.ntcp2, let value):
      "the hybrid form pq=\(value) is not one that this version knows for NTCP2 (3, 4 or 5, one of "
        + "them)"
    case .unknownHybridForm(.ssu2, let value):
      "the hybrid form pq=\(value) is not one that this version knows for SSU2 (3, 4 or both)"
    }
  }
}
