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
