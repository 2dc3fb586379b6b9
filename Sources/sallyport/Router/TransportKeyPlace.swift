internal import Filter
internal import Wire

/// Where routers keep one transport's keys, and in which form.
struct TransportKeyPlace: Sendable {
  /// i2pd's file: public half, private half, then the published key.
  let i2pdFile: String
  /// The property with the private half in Java I2P's configuration.
  let javaPrivateKey: StaticString
  /// The property with the published key there.
  let javaPublishedKey: StaticString
  /// Bytes of the key that the router publishes as `i`.
  let publishedKeyBytes: Int
  /// What people call that key.
  let publishedKeyName: String

  /// Bytes of i2pd's file.
  var i2pdFileBytes: Int { 2 * TransportKey.bytes + publishedKeyBytes }
}

extension Transport {
  /// Where routers keep this transport's keys.
  var keyPlace: TransportKeyPlace {
    switch self {
    case .ntcp2:
      TransportKeyPlace(
        i2pdFile: "ntcp2.keys",
        javaPrivateKey: "i2np.ntcp2.sp",
        javaPublishedKey: "i2np.ntcp2.iv",
        publishedKeyBytes: RouterAddress.initializationVectorBytes,
        publishedKeyName: "initialisation vector"
      )
    case .ssu2:
      TransportKeyPlace(
        i2pdFile: "ssu2.keys",
        javaPrivateKey: "i2np.ssu2.sp",
        javaPublishedKey: "i2np.ssu2.ikey",
        publishedKeyBytes: RouterAddress.keyBytes,
        publishedKeyName: "introduction key"
      )
    }
  }
}
