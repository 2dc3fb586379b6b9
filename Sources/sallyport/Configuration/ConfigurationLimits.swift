/// The bounds on what is read from files.
enum ConfigurationLimits {
  /// Bytes of the configuration, and of each rule file.
  static let fileBytes = 1_048_576
  /// Bytes of a path.
  static let pathBytes = 4_095
  /// Bytes of a Unix socket's path, which the kernel keeps in 108 bytes with a final zero.
  static let socketPathBytes = 107
  /// Tables and arrays inside each other.
  static let depth = 16
  /// Faults of one file that are kept: more help nobody.
  static let faults = 256
  /// Guarded ports.
  static let gates = 16
  /// Files in the rules directory.
  static let ruleFiles = 64
  /// Bytes of a file with a list of networks.
  static let listBytes = 67_108_864
  /// Bytes of a rule's name.
  static let ruleNameBytes = 64
}
