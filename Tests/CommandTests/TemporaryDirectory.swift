import Foundation

@testable import sallyport

/// A directory of its own that goes with the test.
final class TemporaryDirectory {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "/sallyport-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  func write(_ name: String, _ text: String) throws -> String {
    let file = "\(path)/\(name)"
    try Data(text.utf8).write(to: URL(fileURLWithPath: file))
    return file
  }
}

/// The repository's top folder.
let repository = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
  .deletingLastPathComponent().deletingLastPathComponent().path

/// A configuration's text and all faults in it.
func readConfiguration(_ text: String) -> (configuration: Configuration?, faults: [Fault]) {
  let collector = FaultCollector(file: "test.toml")
  guard let document = Document(file: "test.toml", bytes: Array(text.utf8), faults: collector)
  else { return (nil, collector.faults) }
  let configuration = Configuration(document: document, faults: collector)
  return (configuration, collector.faults.sorted())
}
