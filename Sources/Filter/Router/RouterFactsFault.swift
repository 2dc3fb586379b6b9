/// Why a RouterInfo of sound form tells a gate nothing that it can work with.
public enum RouterFactsFault: Error, Equatable, Sendable {
  /// The identity does not sign with Ed25519, so the signature cannot be verified.
  case signatureType(certificate: UInt8, signing: UInt16?)
  /// The signature does not fit the bytes.
  case badSignature
  /// No address speaks NTCP2.
  case noNTCP2
  /// NTCP2 is spoken, but no address says where to (`host`, `port`, `i`).
  case unpublishedNTCP2
  /// An option of a published NTCP2 address is not what it must be.
  case malformedAddressOption(String)
  /// Published NTCP2 addresses differ in an option that they must share.
  case differingAddressOption(String)
  /// An option of the router is absent or not what it must be.
  case malformedRouterOption(String)
  /// The published hybrid form is not one that this program knows.
  case unknownHybridForm(String)
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
    case .noNTCP2:
      "no NTCP2 address is published"
    case .unpublishedNTCP2:
      "NTCP2 is on, but its address is not published (no host, port and 'i')"
    case .malformedAddressOption(let name):
      "the NTCP2 address has an option '\(name)' that cannot be read"
    case .differingAddressOption(let name):
      "the NTCP2 addresses differ in their option '\(name)'"
    case .malformedRouterOption(let name):
      "the router's option '\(name)' is absent or cannot be read"
    case .unknownHybridForm(let value):
      "the hybrid form pq=\(value) is not one that this version knows (3, 4 or 5, one of them)"
    }
  }
}
