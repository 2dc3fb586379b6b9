internal import Foundation

/// JSON as the subcommands show it: indented, with sorted keys, so that two outputs can be
/// compared.
enum JSONText {
  /// `value` as text.
  static func encode(_ value: some Encodable) throws -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
    return String(decoding: try encoder.encode(value), as: UTF8.self)
  }
}
