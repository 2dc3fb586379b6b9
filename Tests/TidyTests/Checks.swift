/// Something that is not in order, and where.
struct Complaint: Equatable, CustomStringConvertible {
  let path: String
  let line: Int
  let what: String

  var description: String { "\(path):\(line): \(what)" }
}

/// The rules of the house, each a function from a file to what is wrong with it.
enum Checks {
  /// The most lines of a file.
  static let longestFileLines = 400
  /// The most lines of a function, from its first line to its last brace.
  static let longestFunctionLines = 60
  /// The most characters of a line.
  static let longestLineColumns = 100

  /// Which modules of this package and of the system each module may import.
  static let arrows: [String: Set<String>] = [
    "Wire": [],
    // Synchronization: the table that the radar and the shards share.
    "Filter": ["Wire", "CSodium", "CCrypto", "Synchronization"],
    "Kernel": ["CLinux", "Wire", "Glibc", "CNFTables"],
    // Glibc: a capture file is opened so that its owner alone may read it.
    "Capture": ["Wire", "CPcap", "Glibc"],
    // Glibc: standard error, and the parts in which a journal entry is handed to libsystemd.
    "Telemetry": ["Kernel", "Wire", "CSystemd", "Synchronization", "Glibc"],
    "Proxy": ["Filter", "Kernel", "Telemetry", "Wire", "Synchronization"],
  ]

  /// The modules that people run: they may import whatever they need.
  static let executables: Set<String> = ["sallyport", "Lab"]

  /// Imports that go against the arrows.
  static func imports(_ file: RepositoryFile) -> [Complaint] {
    guard let module = file.module, !executables.contains(module) else { return [] }
    guard let allowed = arrows[module] else {
      return [Complaint(path: file.path, line: 1, what: "module \(module) has no arrows")]
    }
    return SwiftText.code(of: file.text).enumerated().compactMap { index, line in
      guard let match = line.firstMatch(of: /\bimport (?:(?:struct|class|enum|func|var) )?(\w+)/)
      else { return nil }
      let name = String(match.1)
      if allowed.contains(name) { return nil }
      return Complaint(path: file.path, line: index + 1, what: "\(module) must not import \(name)")
    }
  }

  /// A file, a function or a line that is too long.
  static func lengths(_ file: RepositoryFile) -> [Complaint] {
    var complaints: [Complaint] = []
    let count = file.text.hasSuffix("\n") ? file.lines.count - 1 : file.lines.count
    if count > longestFileLines {
      complaints.append(Complaint(path: file.path, line: count, what: "\(count) lines"))
    }
    for (index, line) in file.lines.enumerated() where line.count > longestLineColumns {
      complaints.append(
        Complaint(path: file.path, line: index + 1, what: "\(line.count) columns")
      )
    }
    return complaints + functions(file)
  }

  /// Functions that are too long. Counts on the formatter: a function ends at the first brace that
  /// is indented like its beginning.
  private static func functions(_ file: RepositoryFile) -> [Complaint] {
    let code = SwiftText.code(of: file.text)
    let head =
      /^( *)(?:@\w+(?:\([^)]*\))? |[a-z]+(?:\([a-z]+\))? )*(?:func |init[?(<]|deinit |subscript)/
    var complaints: [Complaint] = []
    for (start, line) in code.enumerated() {
      guard let match = line.firstMatch(of: head) else { continue }
      let end = "\(match.1)}"
      guard
        let length = code[start...].firstIndex(where: { $0.hasPrefix(end) }).map({ $0 - start + 1 }
        ),
        length > longestFunctionLines
      else { continue }
      complaints.append(
        Complaint(path: file.path, line: start + 1, what: "a function of \(length) lines")
      )
    }
    return complaints
  }

  /// Words that have no place in the program, or not in this module.
  static func words(_ file: RepositoryFile) -> [Complaint] {
    var banned: [(Regex<Substring>, String)] = []
    if let module = file.module, !executables.contains(module) {
      banned += [
        (/\bDictionary\b/, "a dictionary grows without a bound and hashes without a secret"),
        (/\[ *[A-Z][\w.]* *: *[\[A-Z(][^\]]*\]/, "a dictionary grows without a bound"),
        (/\bimport Foundation\b/, "Foundation belongs to the executables"),
        (/\bprint\(/, "only the executables speak to people"),
      ]
    }
    var complaints = find(banned, in: SwiftText.code(of: file.text), of: file)
    complaints += find(
      [(/\b(?:TO[D]O|FIX[M]E|X[X]X)\b/, "unfinished work is no comment")],
      in: file.lines.map(String.init),
      of: file
    )
    return complaints
  }

  /// Places of the machine that something was written on.
  static func machinePaths(_ file: RepositoryFile) -> [Complaint] {
    // The brackets keep these patterns from finding themselves.
    find(
      [(/\/tmp\/[b]ash|\/[w]ork\/|\/[h]ome\//, "a path of one machine")],
      in: file.lines.map(String.init),
      of: file
    )
  }

  /// A file whose first declaration nobody explains.
  static func header(_ file: RepositoryFile) -> [Complaint] {
    for (index, line) in file.lines.enumerated() {
      let text = line.trimmingPrefix { $0 == " " }
      if text.hasPrefix("//") && !text.hasPrefix("// swift-tools-version") { return [] }
      if text.isEmpty || text.hasPrefix("//") || text.hasPrefix("@") || text.hasPrefix("extension ")
        || text.firstMatch(of: #/^(?:\w+ )?import /#) != nil
      {
        continue
      }
      return [Complaint(path: file.path, line: index + 1, what: "says nothing about its purpose")]
    }
    return []
  }

  private static func find(
    _ banned: [(Regex<Substring>, String)],
    in lines: [String],
    of file: RepositoryFile
  ) -> [Complaint] {
    lines.enumerated().flatMap { index, line in
      banned.filter { line.firstMatch(of: $0.0) != nil }
        .map { Complaint(path: file.path, line: index + 1, what: $0.1) }
    }
  }
}
