internal import GRDB
internal import Kernel

/// Why what outlives a restart can't be read or written.
enum StateFault: Error, Equatable {
  /// The file is damaged, or none of this program's: it has to make way for a new one.
  case unusable(problem: String)
  /// The system refuses for now: the file may be good.
  case refused(problem: String)

  /// The system call failed with this error.
  init(_ errno: Errno) {
    self = .refused(problem: "\(errno)")
  }

  /// What SQLite or GRDB throws. What speaks against the file's content, or against a table in it,
  /// speaks against the file.
  init(_ error: any Error) {
    if let fault = error as? StateFault {
      self = fault
      return
    }
    guard let error = error as? DatabaseError else {
      self = .unusable(problem: "\(error)")
      return
    }
    let problem = error.message ?? "\(error.resultCode)"
    switch error.resultCode {
    case .SQLITE_CORRUPT, .SQLITE_NOTADB, .SQLITE_FORMAT, .SQLITE_ERROR, .SQLITE_SCHEMA,
      .SQLITE_MISMATCH, .SQLITE_CONSTRAINT:
      self = .unusable(problem: problem)
    default:
      self = .refused(problem: problem)
    }
  }

  /// What is wrong, for people.
  var problem: String {
    switch self {
    case .unusable(let problem), .refused(let problem): problem
    }
  }
}
