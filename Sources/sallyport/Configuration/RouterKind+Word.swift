internal import Filter

extension RouterKind {
  /// The word that people write in the configuration.
  var word: String {
    switch self {
    case .i2pd: "i2pd"
    case .java: "java"
    }
  }
}
