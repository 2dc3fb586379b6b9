import Synchronization

/// Keeps the creation of namespaces and processes apart from their removal at a signal: once the
/// lab is being torn down, nothing new is made that nobody would remove.
enum RunGate {
  private static let closed = Mutex(false)

  /// Whether the lab is being torn down.
  static var isClosed: Bool { closed.withLock { $0 } }

  /// Runs `create` unless the lab is being torn down.
  static func whileOpen<Value: Sendable>(
    _ create: () throws(LabError) -> Value
  ) throws(LabError) -> Value {
    try closed.withLock { (closed) throws(LabError) -> Value in
      guard !closed else { throw LabError("the lab is being torn down") }
      return try create()
    }
  }

  /// From now on nothing is created.
  static func close() {
    closed.withLock { $0 = true }
  }
}
