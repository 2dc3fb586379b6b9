import Glibc

/// Where the lab's own program lies, and what lies around it.
enum OwnProgram {
  /// Folders above the program that are searched for the repository.
  private static let foldersAbove = 8

  /// The folder with the running program.
  static func folder() throws(LabError) -> String {
    var buffer = [CChar](repeating: 0, count: Int(PATH_MAX))
    let count = unsafe readlink("/proc/self/exe", &buffer, buffer.count)
    guard count > 0 else { throw .lastCall("cannot read /proc/self/exe") }
    let path = String(
      decoding: buffer.prefix(count).map { UInt8(bitPattern: $0) },
      as: UTF8.self
    )
    guard let slash = path.lastIndex(of: "/") else { return "/" }
    return String(path[..<slash])
  }

  /// A program that was built beside the running one.
  static func sibling(_ name: String) throws(LabError) -> String {
    let path = "\(try folder())/\(name)"
    guard Files.isExecutable(path) else {
      throw LabError("\(path) is missing: build it first, e.g. with Deploy/run")
    }
    return path
  }

  /// The rules of the repository in which the running program was built.
  static func rules() throws(LabError) -> String {
    let start = try folder()
    var folder = start
    for _ in 0..<foldersAbove {
      let candidate = "\(folder)/Rules"
      if Files.names(in: candidate).contains(where: { $0.hasSuffix(".toml") }) { return candidate }
      guard let slash = folder.lastIndex(of: "/"), slash > folder.startIndex else { break }
      folder = String(folder[..<slash])
    }
    throw LabError("no folder Rules above \(start): name the directory of the rules")
  }
}
