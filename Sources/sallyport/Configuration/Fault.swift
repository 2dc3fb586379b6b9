/// Something wrong in a file that a person wrote: where, what, and what to do.
struct Fault: Error, Equatable, Sendable, Codable {
  /// The file's path, as it was given.
  var file: String
  /// The line, counted from 1.
  var line: Int
  /// What is wrong.
  var problem: String
  /// What to do about it.
  var remedy: String
}

extension Fault: CustomStringConvertible {
  /// `file:line: what is wrong; what to do`.
  var description: String { "\(file):\(line): \(problem); \(remedy)" }
}

extension Fault: Comparable {
  /// Whether `left` is to be shown before `right`: by file, then by line.
  static func < (left: Fault, right: Fault) -> Bool {
    (left.file, left.line, left.problem) < (right.file, right.line, right.problem)
  }
}

/// Everything wrong with the files, never only the first thing.
struct FaultReport: Error, Equatable, Sendable {
  /// The faults in the order of their places; at least one.
  var faults: [Fault]
}

/// Collects the faults of one file while it is read.
final class FaultCollector {
  /// The file's path.
  let file: String
  /// The faults so far.
  private(set) var faults: [Fault] = []

  /// An empty collection for the file at path `file`.
  init(file: String) {
    self.file = file
  }

  /// Notes that something is wrong at `line`, and what to do about it.
  func note(line: Int, _ problem: String, _ remedy: String) {
    guard faults.count < ConfigurationLimits.faults else { return }
    faults.append(Fault(file: file, line: line, problem: problem, remedy: remedy))
  }
}
