internal import TOMLKit

/// A TOML file that was read: its values and their lines.
struct Document: Sendable {
  /// The file's path, as it was given.
  let file: String
  /// The top-level table.
  let root: [String: DocumentNode]
  /// Where each key stands.
  let index: TOMLLineIndex

  /// Reads the file at `path`, and parses it unless it is as it was at the last time; nil with the
  /// reasons in `faults` when it is no document.
  init?(path: String, faults: FaultCollector, known: KnownDocuments = .shared) {
    do {
      let limit = ConfigurationLimits.fileBytes
      let bytes = try BoundedFile.read(path, maximumBytes: limit)
      if let document = known.document(at: path, bytes: bytes) {
        self = document
        return
      }
      let faultsBefore = faults.faults.count
      self.init(file: path, bytes: bytes, faults: faults)
      guard faults.faults.count == faultsBefore else { return }
      known.remember(self, at: path, bytes: bytes)
    } catch {
      let problem = error.problem(maximumBytes: ConfigurationLimits.fileBytes)
      faults.note(line: 1, problem, error.remedy)
      return nil
    }
  }

  /// Reads `bytes` as the content of `file`; nil with the reasons in `faults` when they are no
  /// document.
  init?(file: String, bytes: [UInt8], faults: FaultCollector) {
    guard bytes.count <= ConfigurationLimits.fileBytes else {
      let failure = BoundedFile.Failure.tooLong
      let problem = failure.problem(maximumBytes: ConfigurationLimits.fileBytes)
      faults.note(line: 1, problem, failure.remedy)
      return nil
    }
    if let zero = bytes.firstIndex(of: 0) {
      let line = 1 + bytes[..<zero].count { $0 == 0x0a }
      faults.note(line: line, "there is a zero byte", "write plain text")
      return nil
    }
    guard let text = String(validating: bytes, as: UTF8.self) else {
      faults.note(line: 1, "the file is not UTF-8", "save it as UTF-8")
      return nil
    }
    index = TOMLLineIndex(bytes)
    self.file = file
    for line in index.linesWithEscapedZero {
      faults.note(line: line, "a string holds a zero byte", "leave \\u0000 out")
    }
    guard index.linesWithEscapedZero.isEmpty else { return nil }
    do {
      let converter = DocumentConverter(index: index, faults: faults)
      let table = try TOMLTable(string: text)
      root = converter.entries(of: table, path: "", depth: 0)
      table.clear()
    } catch let error as TOMLParseError {
      let line = max(1, error.source.begin.line)
      faults.note(line: line, error.description, "correct the TOML syntax here")
      return nil
    } catch {
      faults.note(line: 1, "\(error)", "correct the TOML syntax")
      return nil
    }
  }
}

/// Turns the library's values into plain ones with lines.
private struct DocumentConverter {
  let index: TOMLLineIndex
  let faults: FaultCollector

  func entries(of table: TOMLTable, path: String, depth: Int) -> [String: DocumentNode] {
    var entries: [String: DocumentNode] = [:]
    for key in table.keys {
      guard let value = table[key] else { continue }
      entries[key] = node(value, path: path.isEmpty ? key : "\(path).\(key)", depth: depth + 1)
    }
    return entries
  }

  private func node(_ value: any TOMLValueConvertible, path: String, depth: Int) -> DocumentNode {
    let line = index.line(of: path)
    guard depth <= ConfigurationLimits.depth else {
      faults.note(line: line, "tables lie too deep inside each other", "write fewer levels")
      return DocumentNode(value: .table([:]), line: line)
    }
    let plain: DocumentNode.Value? =
      switch value.type {
      case .string: value.string.map { .string($0) }
      case .int: value.int.map { .integer($0) }
      case .double: value.double.map { .number($0) }
      case .bool: value.bool.map { .boolean($0) }
      case .table: value.table.map { .table(entries(of: $0, path: path, depth: depth)) }
      case .array: value.array.map { .array(elements(of: $0, path: path, depth: depth)) }
      case .date, .time, .dateTime: .moment
      }
    return DocumentNode(value: plain ?? .moment, line: line)
  }

  private func elements(of array: TOMLArray, path: String, depth: Int) -> [DocumentNode] {
    (0..<array.count).map { number in
      node(array[number], path: "\(path)[\(number)]", depth: depth + 1)
    }
  }
}
