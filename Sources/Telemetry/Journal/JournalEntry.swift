internal import Wire

/// One field of a journal entry, such as `SALLYPORT_REASON=silent`.
public struct JournalField: Equatable, Sendable {
  /// Capital letters, digits and underscores.
  public let name: String
  /// Text without control characters, at most `longestValueBytes` long.
  public let value: String

  /// The most bytes of a value; what is longer is cut.
  public static let longestValueBytes = 2048

  /// A field whose value is `text` made harmless: what comes from files or from the system may hold
  /// anything, and must neither forge a line nor steer a terminal.
  init(_ name: String, _ text: String) {
    self.name = name
    var value = ""
    for scalar in text.unicodeScalars {
      let shown = scalar.isPlain ? scalar : "?"
      guard value.utf8.count + shown.utf8.count <= Self.longestValueBytes else { break }
      value.unicodeScalars.append(shown)
    }
    self.value = value
  }
}

/// An event as the journal stores it.
public struct JournalEntry: Equatable, Sendable {
  /// What programs on this host call this program's lines.
  public static let identifier = "sallyport"

  /// The sentence for people.
  public let message: String
  /// How much it matters.
  public let priority: JournalPriority
  /// Everything, the message included.
  public let fields: [JournalField]

  /// The entry for an event.
  public init(_ event: JournalEvent) {
    let message = JournalField("MESSAGE", event.message)
    self.message = message.value
    priority = event.kind.priority
    fields =
      [
        message,
        JournalField("MESSAGE_ID", event.kind.messageID),
        JournalField("PRIORITY", String(event.kind.priority.rawValue)),
        JournalField("SYSLOG_IDENTIFIER", Self.identifier),
      ] + event.details
  }

  /// The entry as one line of text, with its end.
  public var line: String {
    switch priority {
    case .error: "\(Self.identifier): error: \(message)\n"
    case .warning: "\(Self.identifier): warning: \(message)\n"
    case .notice, .information: "\(Self.identifier): \(message)\n"
    }
  }
}
