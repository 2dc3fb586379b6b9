import Foundation

/// Files that are kept for tests.
enum Corpus {
  /// The folder of all of them.
  static let folder = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().appending(path: "Corpus")

  static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: folder.appending(path: path)))
  }

  /// The contents of all files of one folder, with their names.
  static func files(in name: String) throws -> [(name: String, bytes: [UInt8])] {
    let path = folder.appending(path: name).path
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { file in
      (file, try bytes(name + "/" + file))
    }
  }
}

/// The same numbers in every run (SplitMix64).
struct SeededGenerator: RandomNumberGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    var value = state
    value = (value ^ (value >> 30)) &* 0xbf58_476d_1ce4_e5b9
    value = (value ^ (value >> 27)) &* 0x94d0_49bb_1331_11eb
    return value ^ (value >> 31)
  }
}
