import Foundation

@testable import sallyport

/// A made-up host: files below a folder that stands for `/`.
final class HostFolder {
  private let directory: TemporaryDirectory
  let tree: HostTree

  init() throws {
    directory = try TemporaryDirectory()
    tree = HostTree(root: directory.path)
  }

  func write(_ path: String, _ text: String) throws {
    try write(path, Array(text.utf8))
  }

  func write(_ path: String, _ bytes: [UInt8]) throws {
    let url = URL(fileURLWithPath: directory.path + path)
    try FileManager.default.createDirectory(
      at: url.deletingLastPathComponent(),
      withIntermediateDirectories: true
    )
    try Data(bytes).write(to: url)
  }

  func makeFolder(_ path: String) throws {
    try FileManager.default.createDirectory(
      atPath: directory.path + path,
      withIntermediateDirectories: true
    )
  }

  func link(_ path: String, to target: String) throws {
    let place = directory.path + path
    let folder = URL(fileURLWithPath: place).deletingLastPathComponent()
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    try FileManager.default.createSymbolicLink(atPath: place, withDestinationPath: target)
  }

  func setMode(_ path: String, _ mode: Int) throws {
    try FileManager.default.setAttributes(
      [.posixPermissions: mode],
      ofItemAtPath: directory.path + path
    )
  }

  func setOwner(_ path: String, _ number: UInt32) throws {
    try FileManager.default.setAttributes(
      [.ownerAccountID: number],
      ofItemAtPath: directory.path + path
    )
  }

  /// A process with these arguments.
  func addProcess(_ number: Int, _ arguments: String..., status: String = "") throws {
    try write("/proc/\(number)/cmdline", arguments.joined(separator: "\0") + "\0")
    try write("/proc/\(number)/status", status)
  }

  /// Copies kept router files into `path`.
  func addRouter(_ name: String, at path: String) throws {
    let source = RouterFolder.corpus.appending(path: name).path
    for file in try FileManager.default.contentsOfDirectory(atPath: source) {
      let bytes = try Data(contentsOf: URL(filePath: "\(source)/\(file)"))
      try write("\(path)/\(file)", [UInt8](bytes))
    }
  }
}
