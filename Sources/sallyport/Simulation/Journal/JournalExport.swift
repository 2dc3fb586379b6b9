internal import Foundation
internal import Kernel

/// Why a journal can't be read: one line with the remedy.
struct JournalFault: Error, CustomStringConvertible {
  /// The line.
  let description: String
}

/// The entries of a journal in a file, as `journalctl --output=json` and `--output=export` write
/// them (systemd's Journal Export Formats). Of each entry the fields that this program writes.
struct JournalExport: ~Copyable {
  /// An entry's fields, by their names.
  typealias Entry = [String: String]

  /// What was in the file.
  struct Counts: Encodable, Equatable {
    /// Entries read.
    var entries: UInt64 = 0
    /// Lines left out because they were longer than the bound.
    var tooLong: UInt64 = 0
    /// Lines that are of neither form.
    var notUnderstood: UInt64 = 0
  }

  /// The most fields of an entry that are kept.
  static let fieldsMaximum = 64

  /// What was in the file so far.
  private(set) var counts = Counts()
  private let path: String
  private var reader: LineReader
  private var form: Form?

  private enum Form {
    case json
    case export
  }

  /// Opens the file at `path`; `-` is standard input.
  init(path: String) throws(JournalFault) {
    self.path = path
    do throws(Errno) {
      reader = try LineReader(path: path)
    } catch {
      throw Self.fault(path, "\(error)")
    }
  }

  /// Whether the file at `path` begins as an exported journal does, which no capture does.
  static func isThere(_ path: String) -> Bool {
    guard path != "-", var reader = try? LineReader(path: path) else { return false }
    let start = String(decoding: (try? reader.bytes(10)) ?? [], as: UTF8.self)
    return start.hasPrefix("{") || start.hasPrefix("__CURSOR=") || start.hasPrefix("__REALTIME")
  }

  /// The next entry; nil at the end.
  /// - Throws: `JournalFault` when the file can't be read on, or holds nothing of a journal.
  mutating func next() throws(JournalFault) -> Entry? {
    do throws(Errno) {
      while let line = try reader.next() {
        if let entry = try take(line), !entry.isEmpty {
          counts.entries += 1
          return entry
        }
      }
    } catch {
      throw Self.fault(path, "\(error)")
    }
    guard counts.entries > 0 || counts.notUnderstood == 0 else {
      throw Self.fault(path, "it is no journal")
    }
    return nil
  }

  private static func fault(_ path: String, _ problem: String) -> JournalFault {
    JournalFault(
      description: "\(path) can't be read as a journal: \(problem); write it with "
        + "journalctl -u sallyport -o json, or -o export"
    )
  }

  /// The entry that begins with a line; nil when none does.
  private mutating func take(_ line: LineReader.Line) throws(Errno) -> Entry? {
    guard case .line(let bytes) = line else {
      counts.tooLong += 1
      return nil
    }
    guard let first = bytes.first else { return nil }
    let form = form ?? (first == UInt8(ascii: "{") ? .json : .export)
    self.form = form
    switch form {
    case .json: return entry(json: bytes)
    case .export: return try entry(exportedFrom: bytes)
    }
  }
}

// MARK: - JSON

extension JournalExport {
  /// A field's value: text, or what is of no interest here (null, bytes, several values).
  private struct Value: Decodable {
    let text: String?

    init(from decoder: any Decoder) throws {
      text = try? decoder.singleValueContainer().decode(String.self)
    }
  }

  private mutating func entry(json bytes: [UInt8]) -> Entry? {
    guard let values = try? JSONDecoder().decode([String: Value].self, from: Data(bytes)) else {
      counts.notUnderstood += 1
      return nil
    }
    var entry: Entry = [:]
    for (name, value) in values { Self.keep(name, value.text, in: &entry) }
    return entry
  }

  /// Keeps a field that this program may have written.
  private static func keep(_ name: String, _ value: String?, in entry: inout Entry) {
    guard let value, entry.count < fieldsMaximum,
      name == "MESSAGE_ID" || name == "__REALTIME_TIMESTAMP" || name.hasPrefix("SALLYPORT_")
    else { return }
    entry[name] = value
  }
}

// MARK: - Export

extension JournalExport {
  /// Reads on to the empty line that ends the entry.
  private mutating func entry(exportedFrom first: [UInt8]) throws(Errno) -> Entry {
    var entry: Entry = [:]
    var line: LineReader.Line? = .line(first)
    while let current = line {
      switch current {
      case .line(let bytes) where bytes.isEmpty: return entry
      case .line(let bytes): try keep(bytes, in: &entry)
      case .tooLong: counts.tooLong += 1
      }
      line = try reader.next()
    }
    return entry
  }

  private mutating func keep(_ bytes: [UInt8], in entry: inout Entry) throws(Errno) {
    let equals = bytes.firstIndex(of: UInt8(ascii: "="))
    guard equals != 0, bytes[..<(equals ?? bytes.endIndex)].allSatisfy(Self.isOfName) else {
      counts.notUnderstood += 1
      return
    }
    if let equals {
      let name = String(decoding: bytes[..<equals], as: UTF8.self)
      let value = String(decoding: bytes[(equals + 1)...], as: UTF8.self)
      return Self.keep(name, value, in: &entry)
    }
    // A value with a line end in it: its length in eight bytes, the lowest first, then the value
    // and a line end. This program writes none.
    let length = try reader.bytes(8).reversed().reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
    try reader.skip(length)
    _ = try reader.next()
  }

  private static func isOfName(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"),
      UInt8(ascii: "_"):
      true
    default: false
    }
  }
}
