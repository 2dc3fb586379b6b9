/// This program's version.
enum SallyportVersion {
  /// As people write it.
  static let text = "0.1.0"
}
