import Foundation
import Testing
import Wire

@testable import sallyport

/// A copy of kept router files that a test may spoil; removed with it.
final class RouterFolder {
  static let corpus = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Corpus/RouterFiles")

  let path = NSTemporaryDirectory() + "router-files-" + UUID().uuidString

  init(_ files: String...) throws {
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    for file in files {
      let source = Self.corpus.appending(path: file)
      try FileManager.default.copyItem(
        atPath: source.path,
        toPath: path + "/" + source.lastPathComponent
      )
    }
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }

  func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path + "/" + name)))
  }

  func write(_ name: String, _ bytes: [UInt8]) throws {
    try Data(bytes).write(to: URL(filePath: path + "/" + name))
  }

  /// Puts `new` in the place of `old` in a file of text.
  func replace(_ old: String, by new: String, in name: String) throws {
    let text = String(decoding: try bytes(name), as: UTF8.self)
    #expect(text.contains(old))
    try write(name, Array(text.replacing(old, with: new).utf8))
  }

  func request(
    _ kind: RouterFilesRequest.Kind = .auto,
    _ proof: RouterFilesRequest.Proof = .full,
    _ ports: [Transport: [UInt16]] = [.ntcp2: [9_111]]
  ) -> RouterFilesRequest {
    RouterFilesRequest(directory: path, kind: kind, proof: proof, ports: ports)
  }

  /// The fault of reading, with the folder's path taken out of its words.
  func fault(_ request: RouterFilesRequest) -> String? {
    do throws(RouterFilesFault) {
      _ = try RouterFiles(request)
      return nil
    } catch {
      return error.description.replacing(path, with: "DIR")
    }
  }
}
