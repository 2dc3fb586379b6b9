import Synchronization

/// Numbers for names of files and runs: each is given once in the life of the process.
enum SerialNumber {
  private static let last = Atomic<Int>(0)

  /// The next number, from 1.
  static func next() -> Int {
    last.wrappingAdd(1, ordering: .relaxed).newValue
  }
}
