import CSodium
import Filter
import Foundation
import Wire

/// The kept files of throw-away routers.
enum RouterFixtures {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Corpus/RouterFiles")

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: path)))
  }
}

/// A router made for one test: it signs whatever RouterInfo the test wants to see judged.
struct SigningRouter {
  private var publicKey = [UInt8](repeating: 0, count: 32)
  private var secretKey = [UInt8](repeating: 0, count: 64)

  init() {
    precondition(sodium_init() >= 0)
    crypto_sign_ed25519_keypair(&publicKey, &secretKey)
  }

  func info(
    addresses: [RouterAddress],
    options: [String: String] = ["netId": "2", "router.version": "0.9.65"]
  ) throws -> RouterInfo {
    let identity = [UInt8](repeating: 0x11, count: 352) + publicKey + [5, 0, 4, 0, 7, 0, 4]
    let signed = RouterInfo.encodeSignedPart(
      identity: identity,
      publishedMilliseconds: 1_700_000_000_000,
      addresses: addresses,
      options: Self.mapping(options)
    )
    var signature = [UInt8](repeating: 0, count: 64)
    crypto_sign_ed25519_detached(&signature, nil, signed, UInt64(signed.count), secretKey)
    return try RouterInfo(signed + signature)
  }

  static func mapping(_ options: [String: String]) -> RouterOptions {
    RouterOptions(
      options.sorted { $0.key < $1.key }.map { RouterOptions.Pair(key: $0.key, value: $0.value) }
    )
  }

  /// A sound NTCP2 address, with `changes` made to its options; nil removes one.
  static func address(_ changes: [String: String?] = [:], style: String = "NTCP2") -> RouterAddress
  {
    var options = [
      "host": "203.0.113.7", "port": "17654", "v": "2",
      "s": I2PBase64.encode([UInt8](repeating: 5, count: 32).span),
      "i": I2PBase64.encode([UInt8](repeating: 6, count: 16).span),
    ]
    for (key, value) in changes { options[key] = value }
    return RouterAddress(cost: 3, styleName: style, options: mapping(options))
  }
}
