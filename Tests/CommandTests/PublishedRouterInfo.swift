import CSodium
import Wire

/// RouterInfos of routers that exist for a test: signed by their own keys.
enum PublishedRouterInfo {
  /// The bytes of a new router's RouterInfo, published at these hosts.
  static func make(hosts: [String]) -> [UInt8] {
    var publicKey = [UInt8](repeating: 0, count: Int(crypto_sign_ed25519_PUBLICKEYBYTES))
    var secretKey = [UInt8](repeating: 0, count: Int(crypto_sign_ed25519_SECRETKEYBYTES))
    precondition(sodium_init() >= 0)
    crypto_sign_ed25519_keypair(&publicKey, &secretKey)
    let styles = ["NTCP2", "SSU2"]
    let addresses = hosts.enumerated().map { number, host in
      RouterAddress(
        cost: 3,
        styleName: styles[number % 2],
        options: options(["host": host, "port": "17654", "v": "2"])
      )
    }
    let signed = RouterInfo.encodeSignedPart(
      identity: [UInt8](repeating: 0x11, count: 352) + publicKey + [5, 0, 4, 0, 7, 0, 4],
      publishedMilliseconds: 1_700_000_000_000,
      addresses: addresses,
      options: options(["netId": "2", "router.version": "0.9.65"])
    )
    var signature = [UInt8](repeating: 0, count: Int(crypto_sign_ed25519_BYTES))
    crypto_sign_ed25519_detached(&signature, nil, signed, UInt64(signed.count), secretKey)
    return signed + signature
  }

  private static func options(_ options: [String: String]) -> RouterOptions {
    RouterOptions(
      options.sorted { $0.key < $1.key }.map { RouterOptions.Pair(key: $0.key, value: $0.value) }
    )
  }
}
