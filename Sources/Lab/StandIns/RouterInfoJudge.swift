internal import Wire

/// What the RouterInfo at the end of a handshake is worth, as Java I2P 2.8.0 judges it.
enum RouterInfoJudge {
  /// The verdict.
  enum Verdict: Equatable {
    /// A peer.
    case accepted
    /// A peer that is refused with a reason.
    case refused(reason: UInt8)
  }

  /// Judges a RouterInfo.
  ///
  /// - Parameters:
  ///   - bytes: the RouterInfo.
  ///   - style: the transport of the handshake.
  ///   - staticKey: the key that the handshake proved.
  ///   - source: where the peer comes from; a published host must be the same.
  ///   - networkIdentifier: our network.
  /// - Returns: whether the peer is accepted.
  static func judge(
    _ bytes: [UInt8],
    style: RouterAddress.Style,
    staticKey: [UInt8],
    source: SourceAddress,
    networkIdentifier: UInt8
  ) -> Verdict {
    guard let info = try? RouterInfo(bytes), info.identity.signsWithEd25519,
      Primitives.verify(
        [UInt8](bytes[info.signatureRange]),
        of: [UInt8](bytes[info.signedRange]),
        publicKey: [UInt8](bytes[Wire.RouterIdentity.ed25519KeyRange])
      ) == .genuine
    else { return .refused(reason: TerminationReason.badSignature) }
    let addresses = info.addresses.filter { $0.style == style }
    guard addresses.contains(where: { $0.options["s"] == I2PBase64.encode(staticKey.span) }) else {
      return .refused(reason: TerminationReason.keyMismatch)
    }
    let hosts = addresses.compactMap { $0.options["host"] }
    guard info.options["netId"] == "\(networkIdentifier)",
      hosts.isEmpty || hosts.contains("\(source)")
    else { return .refused(reason: TerminationReason.banned) }
    return .accepted
  }
}

/// Why a router ends a connection, a session or an attempt (NTCP2 and SSU2 specification,
/// termination block).
enum TerminationReason {
  static let clockSkew: UInt8 = 7
  static let requestError: UInt8 = 11
  static let badSignature: UInt8 = 15
  static let keyMismatch: UInt8 = 16
  static let banned: UInt8 = 17
  static let limits: UInt8 = 19
}
