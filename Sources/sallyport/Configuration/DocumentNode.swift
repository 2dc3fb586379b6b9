/// A value out of a TOML document, with the line it stands on.
struct DocumentNode: Sendable {
  /// What the value is.
  indirect enum Value: Sendable {
    case string(String)
    case integer(Int)
    case number(Double)
    case boolean(Bool)
    case array([DocumentNode])
    case table([String: DocumentNode])
    case moment
  }

  /// The value.
  var value: Value
  /// Its line, counted from 1.
  var line: Int

  /// Whether the value is a table, or an array of tables.
  var holdsTables: Bool {
    switch value {
    case .table: true
    case .array(let elements): elements.first?.holdsTables ?? false
    default: false
    }
  }

  /// The value as TOML, on one line; for people, so that they see a rule as it was written.
  var text: String {
    switch value {
    case .string(let text): text.contains("'") ? "\"\(text)\"" : "'\(text)'"
    case .integer(let number): "\(number)"
    case .number(let number): "\(number)"
    case .boolean(let value): "\(value)"
    case .array(let elements): "[" + elements.map(\.text).joined(separator: ", ") + "]"
    case .table(let entries):
      entries.sorted { $0.key < $1.key }.map { "\($0.key) = \($0.value.text)" }
        .joined(separator: ", ")
    case .moment: "(a moment)"
    }
  }

  /// What people call a value of this kind.
  var kind: String {
    switch value {
    case .string: "a string"
    case .integer: "a whole number"
    case .number: "a decimal number"
    case .boolean: "true or false"
    case .array: "an array"
    case .table: "a table"
    case .moment: "a date or time"
    }
  }
}
