import Foundation

/// The kept first flights, all for the router of the known answers (`PlainRouter`).
///
/// `classic` is a published known answer. The hybrid ones were made twice, by implementations that
/// share nothing: once outside this repository, and by `PlainFlight`, which has to make the same
/// bytes again in each test run. Their encapsulation keys are a pattern and no real ML-KEM keys:
/// the gate never uses one.
enum FirstFlightCorpus {
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent()
    .appending(path: "Corpus/NTCP2FirstFlight")

  static func bytes(_ name: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: name)))
  }

  static func names() throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
  }
}
