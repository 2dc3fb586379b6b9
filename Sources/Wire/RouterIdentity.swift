/// The layout of the identity that a RouterInfo starts with: two key fields of fixed size and a
/// certificate that says what they hold (common structures specification).
public struct RouterIdentity: Sendable, Equatable, BitwiseCopyable {
  /// Bytes of the encryption key's field.
  public static let encryptionFieldBytes = 256
  /// Bytes of the signing key's field; a shorter key stands at its end.
  public static let signingFieldBytes = 128
  /// Bytes of both key fields.
  public static let keyFieldBytes = encryptionFieldBytes + signingFieldBytes
  /// The certificate type that names the types of both keys.
  public static let keyCertificateType: UInt8 = 5

  /// Bytes of the whole identity: what the router's hash is taken over.
  public let byteCount: Int
  /// What kind of certificate there is; modern routers have type 5, a key certificate.
  public let certificateType: UInt8
  /// The signature's type, 7 being Ed25519; nil without a key certificate.
  public let signingType: UInt16?
  /// The encryption key's type, 4 being X25519; nil without a key certificate.
  public let encryptionType: UInt16?

  init(
    byteCount: Int,
    certificateType: UInt8,
    signingType: UInt16?,
    encryptionType: UInt16?
  ) {
    self.byteCount = byteCount
    self.certificateType = certificateType
    self.signingType = signingType
    self.encryptionType = encryptionType
  }

  /// Whether the router signs with Ed25519, as every router of the last years does.
  public var signsWithEd25519: Bool { signingType == Self.ed25519SigningType }

  static let ed25519SigningType: UInt16 = 7
  static let ed25519KeyBytes = 32
  static let ed25519SignatureBytes = 64

  /// Where an Ed25519 signing key stands: the last 32 bytes of its field.
  public static let ed25519KeyRange = (keyFieldBytes - ed25519KeyBytes)..<keyFieldBytes
}
