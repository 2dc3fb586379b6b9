import Foundation

/// A text file of this repository.
struct RepositoryFile: Sendable {
  /// The path from the repository's top, such as `Sources/Wire/Instant.swift`.
  let path: String
  /// All of its text.
  let text: String

  /// Its lines, without their ends.
  var lines: [Substring] {
    text.split(separator: "\n", omittingEmptySubsequences: false)
  }

  /// The module that the file belongs to: the folder under `Sources`.
  var module: String? {
    let parts = path.split(separator: "/")
    return parts.count > 2 && parts[0] == "Sources" ? String(parts[1]) : nil
  }
}

/// This repository as it lies on the disk.
enum Repository {
  /// The folder that holds Package.swift.
  static let top = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// Every Swift file of the program, without the tests.
  static let sources = files(under: "Sources", extensions: ["swift"])

  /// Every Swift file, the tests and the manifest included.
  static let allSwift =
    sources + files(under: "Tests", extensions: ["swift"])
    + [file("Package.swift")].compactMap(\.self)

  /// Everything that a reader may read.
  static let allText =
    ["Sources", "Tests", "Rules", "Deploy", ".ci"].flatMap { files(under: $0, extensions: nil) }
    + ["Package.swift", "README.md", ".gitignore", ".swift-format"].compactMap(file)

  /// The file at `path`; nil when it is not there or not text.
  static func file(_ path: String) -> RepositoryFile? {
    guard let text = try? String(contentsOf: top.appending(path: path), encoding: .utf8) else {
      return nil
    }
    return RepositoryFile(path: path, text: text)
  }

  /// The text files under a folder, in a fixed order; all of them when `extensions` is nil.
  static func files(under folder: String, extensions: Set<String>?) -> [RepositoryFile] {
    let paths = FileManager.default.enumerator(atPath: top.appending(path: folder).path)
    return (paths?.compactMap { $0 as? String } ?? [])
      .filter { extensions?.contains(URL(filePath: $0).pathExtension) ?? true }
      .sorted()
      .compactMap { file("\(folder)/\($0)") }
  }

  /// The names of the folders directly under a folder.
  static func folders(under folder: String) -> [String] {
    let url = top.appending(path: folder)
    let names = (try? FileManager.default.contentsOfDirectory(atPath: url.path)) ?? []
    return names.sorted().filter { name in
      var isFolder: ObjCBool = false
      let path = url.appending(path: name).path
      return FileManager.default.fileExists(atPath: path, isDirectory: &isFolder)
        && isFolder.boolValue && !name.hasPrefix(".")
    }
  }
}
