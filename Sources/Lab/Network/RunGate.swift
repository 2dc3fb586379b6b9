import Synchronization

/// Keeps the creation of namespaces and processes apart from their removal at a signal: once the
/// lab is being torn down, nothing new is made that nobody would remove.
enum RunGate {
  private static let isClosed = Mutex(false)

  /// Runs `create` unless the lab is being torn down.
  static func whileOpen<Value: Sendable>(
    _ create: () throws(LabError) -> Value
  ) throws(LabError) -> Value {
    try isClosed.withLock { (closed) throws(LabError) -> Value in
      guard !closed else { throw LabError("the lab is being torn down") }
      return try create()
    }
  }

  /// From now on nothing is created.
  static func close() {
    isClosed.withLock { $0 = true }
  }
}
