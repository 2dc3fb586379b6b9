internal import Wire

extension Transport {
  /// The word that the configuration, the journal and the metrics have for it.
  var word: String {
    switch self {
    case .ntcp2: "ntcp2"
    case .ssu2: "ssu2"
    }
  }
}
