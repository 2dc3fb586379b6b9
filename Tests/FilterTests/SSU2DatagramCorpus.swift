import Foundation

/// The kept datagrams, all for the router of the known answers, and payloads that lie in none of
/// them. `token-request`, `session-request`, `retry` and `rejection` are published known answers.
enum SSU2DatagramCorpus {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Corpus/SSU2Datagram")

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}
