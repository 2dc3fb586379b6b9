internal import Synchronization

/// The documents that were read, each for as long as its file's bytes stay the same.
///
/// TOMLKit gives back little of what a parse took: a reload of the shipped rules cost 65 KiB for
/// good. A file that is as it was is therefore not parsed again, so that only changes cost memory.
final class KnownDocuments: Sendable {
  private struct Entry {
    let bytes: [UInt8]
    let document: Document
  }

  /// The configuration, and as many rule files as two directories may hold.
  static let documentsMaximum = 1 + 2 * ConfigurationLimits.ruleFiles

  /// Those of this process.
  static let shared = KnownDocuments()

  private let entries = Mutex<[String: Entry]>([:])

  /// What the file at `path` was found to say when it held exactly these bytes; nil when it was not
  /// read yet, or has changed.
  func document(at path: String, bytes: [UInt8]) -> Document? {
    entries.withLock { entries in
      guard let entry = entries[path], entry.bytes == bytes else { return nil }
      return entry.document
    }
  }

  /// Remembers what the file at `path` says with these bytes.
  func remember(_ document: Document, at path: String, bytes: [UInt8]) {
    entries.withLock { entries in
      if entries[path] == nil, entries.count >= Self.documentsMaximum { entries.removeAll() }
      entries[path] = Entry(bytes: bytes, document: document)
    }
  }
}
