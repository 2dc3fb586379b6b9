/// The one packet of a handshake that the gate sees, made with the primitives of NTCP2's.
extension PlainDatagram {
  /// A SessionRequest with a handshake that a router would take: Noise XK, message 1.
  static func sessionRequest(
    token: [UInt8] = [UInt8](repeating: 0x88, count: 8),
    version: UInt8 = 2,
    privateKey: [UInt8] = [UInt8](repeating: 0x44, count: 32),
    payload: [UInt8] = Block.dateTime(0x6b00_0002) + Block.padding(5),
    point: [UInt8]? = nil
  ) -> [UInt8] {
    let datagram = PlainDatagram(type: 0, version: version, token: token)
    let sent = point ?? Plain.publicKey(privateKey)
    let name = "Noise_XKchaobfse+hs1+hs2+hs3_25519_ChaChaPoly_SHA256"
    let chainingKey = Plain.sha256(Array(name.utf8))
    var transcript = Plain.sha256(Plain.sha256(chainingKey) + PlainRouter.publicKey)
    transcript = Plain.sha256(Plain.sha256(transcript + datagram.header) + sent)
    let secret = Plain.scalarMultiply(privateKey, PlainRouter.publicKey)
    let temporary = Plain.hmac(chainingKey, secret)
    let key = Plain.hmac(temporary, Plain.hmac(temporary, [1]) + [2])
    let sealed = Plain.seal(payload, key: key, counter: 0, associated: transcript)
    // The gate can't open what is behind the key, so a hybrid frame of the right length is enough.
    let frame = [UInt8](repeating: 0xa5, count: version == 3 ? 816 : version == 4 ? 1_200 : 0)
    return mask(datagram.header + sent + frame + sealed, 64, introductionKey)
  }
}
