/// Something that a person should know before setup goes on, or why it can't.
struct SetupNote: Equatable, Encodable {
  /// Whether it stands in the way.
  enum Kind: String, Encodable {
    /// Good to know.
    case note
    /// Setup does not go on.
    case problem
  }

  /// Whether it stands in the way.
  var kind: Kind
  /// What is so.
  var text: String
  /// What to do; nil where nothing has to be done.
  var remedy: String?

  /// Good to know.
  static func note(_ text: String, remedy: String? = nil) -> SetupNote {
    SetupNote(kind: .note, text: text, remedy: remedy)
  }

  /// Setup does not go on.
  static func problem(_ text: String, remedy: String) -> SetupNote {
    SetupNote(kind: .problem, text: text, remedy: remedy)
  }
}
