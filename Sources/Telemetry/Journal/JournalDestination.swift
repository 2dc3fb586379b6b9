internal import CSystemd
internal import Glibc

/// Where journal entries go.
public enum JournalDestination: String, CaseIterable, Sendable {
  /// The journal with all fields when the service manager started this process, else a line each on
  /// standard error, where the person who started it by hand reads.
  case automatic = "auto"
  /// The journal with all fields; a line on standard error when the journal can't be reached.
  case journal
  /// One readable line each on standard error.
  case standardError = "stderr"

  /// Whether entries go to the journal, as things stand in this process.
  var usesJournal: Bool {
    switch self {
    case .automatic: Self.standardErrorIsJournal
    case .journal: true
    case .standardError: false
    }
  }

  /// The service manager names the device and inode that it connected standard error to
  /// (systemd.exec(5), JOURNAL_STREAM); when something redirected it since, the two differ.
  private static var standardErrorIsJournal: Bool {
    guard let text = unsafe getenv("JOURNAL_STREAM") else { return false }
    var status = stat()
    guard unsafe fstat(STDERR_FILENO, &status) == 0 else { return false }
    return unsafe String(cString: text) == "\(status.st_dev):\(status.st_ino)"
  }
}

/// Performs the writing of entries.
enum JournalWriter {
  /// Sends an entry with all its fields by the journal's own protocol.
  ///
  /// Returns whether the journal took it.
  static func sendToJournal(_ entry: JournalEntry) -> Bool {
    var bytes: [UInt8] = []
    var ends: [Int] = []
    for field in entry.fields {
      bytes += Array("\(field.name)=\(field.value)".utf8)
      ends.append(bytes.count)
    }
    return unsafe bytes.withUnsafeMutableBytes { memory in
      guard let base = memory.baseAddress else { return false }
      var start = 0
      var parts: [iovec] = unsafe []
      for end in ends {
        unsafe parts.append(iovec(iov_base: base + start, iov_len: end - start))
        start = end
      }
      // libsystemd's own connection to the journal's socket; nothing when there is no journal.
      return unsafe sd_journal_sendv(&parts, Int32(parts.count)) == 0 && journalExists
    }
  }

  /// Writes an entry as one line; a standard error that takes nothing is nobody's business any
  /// more.
  static func writeLine(_ entry: JournalEntry) {
    let bytes = Array(entry.line.utf8)
    unsafe bytes.withUnsafeBytes { memory in
      _ = unsafe write(STDERR_FILENO, memory.baseAddress, memory.count)
    }
  }

  // The library reports success when there is no journal at all, so that has to be looked at apart.
  private static var journalExists: Bool {
    unsafe access("/run/systemd/journal/socket", W_OK) == 0
  }
}
