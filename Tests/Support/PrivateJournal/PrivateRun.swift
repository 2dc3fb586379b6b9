import CPrivateMounts
import Dispatch
import Foundation

/// A `/run` of one thread's own, so that a test can stand in for a system service.
public enum PrivateRun {
  /// Runs `body` on a thread of its own, with an empty `/run`.
  ///
  /// Returns nil where this process may not have a mount namespace.
  public static func run<Value: Sendable>(_ body: @escaping @Sendable () -> Value) -> Value? {
    nonisolated(unsafe) var result: Value?
    let done = DispatchSemaphore(value: 0)
    let thread = Thread {
      defer { done.signal() }
      guard private_mounts_enter() == 0 else { return }
      result = body()
    }
    thread.start()
    done.wait()
    return result
  }

  /// Whether this process may have one: it takes root.
  public static let isPossible = run { true } ?? false
}
