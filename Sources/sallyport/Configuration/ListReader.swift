internal import Filter

/// Reads one `[[list]]` table and the file that it names.
enum ListReader {
  /// The list of `table`, which stands at `origin`; nil when it is unusable, with reasons noted.
  /// What is wrong in the list's own file goes to `listFaults`.
  static func read(
    _ table: TableReader,
    origin: RuleOrigin,
    listFaults: inout [Fault]
  ) -> LoadedList? {
    var reader = table
    let name = RuleNameReader.read(&reader)
    _ = reader.string("about")
    let file = readFile(&reader)
    reader.finish()
    guard let name, let file else { return nil }
    let path = file.hasPrefix("/") ? file : "\(origin.directory)/\(file)"
    let bytes: [UInt8]
    do {
      bytes = try BoundedFile.read(path, maximumBytes: ConfigurationLimits.listBytes)
    } catch {
      let problem = error.problem(maximumBytes: ConfigurationLimits.listBytes)
      reader.refuse("file", "the list \(path) \(problem)", error.remedy)
      return nil
    }
    let text = PrefixListText(bytes.span)
    for fault in text.faults {
      listFaults.append(
        Fault(
          file: path,
          line: fault.line,
          problem: fault.problem.explanation,
          remedy: fault.problem.remedy
        )
      )
    }
    if text.faultCount > text.faults.count {
      reader.refuse(
        "file",
        "\(text.faultCount) lines of \(path) are wrong, \(text.faults.count) of them are shown",
        "is it a list of addresses, one a line?"
      )
    }
    let prefixes = NamedPrefixes(name: name, prefixes: text.prefixes)
    return LoadedList(prefixes: prefixes, path: path, origin: origin)
  }

  private static func readFile(_ reader: inout TableReader) -> String? {
    guard let file = reader.string("file") else {
      if !reader.has("file") {
        reader.refuse("file", "is missing", "add file = \"name.txt\", beside this rule file")
      }
      return nil
    }
    guard (1...ConfigurationLimits.pathBytes).contains(file.utf8.count) else {
      let remedy = "write 1 to \(ConfigurationLimits.pathBytes) bytes"
      reader.refuse("file", "is empty or too long", remedy)
      return nil
    }
    return file
  }
}
