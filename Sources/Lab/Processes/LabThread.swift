import Glibc
import Synchronization

/// A thread of its own for work that blocks or that lives in another network namespace.
///
/// Not a task: a task may continue on any thread, while a namespace belongs to one thread.
/// A thread that nobody joins goes on alone.
struct LabThread<Value: Sendable>: ~Copyable, Sendable {
  private let thread: StartedThread
  private let outcome: ThreadOutcome<Value>

  /// Starts `body`.
  init(_ body: @escaping @Sendable () -> Value) {
    let outcome = ThreadOutcome<Value>()
    self.outcome = outcome
    thread = StartedThread { outcome.value.withLock { $0 = body() } }
  }

  /// Waits until the body has returned, and returns what it did.
  consuming func join() -> Value {
    let outcome = outcome
    thread.join()
    guard let value = outcome.value.withLock({ $0 }) else {
      preconditionFailure("a thread that has ended leaves a value")
    }
    return value
  }
}

/// What a thread leaves to the one that joins it.
final class ThreadOutcome<Value: Sendable>: Sendable {
  let value = Mutex<Value?>(nil)
}

/// The system's thread: joined, or left to itself.
///
/// Not private: where `LabThread` is specialised in another module, the linker needs its type.
struct StartedThread: ~Copyable, Sendable {
  private let handle: pthread_t

  init(_ body: @escaping @Sendable () -> Void) {
    var handle = pthread_t()
    let box = unsafe Unmanaged.passRetained(ThreadBody(body))
    let result = unsafe pthread_create(
      &handle,
      nil,
      { raw in
        guard let raw = unsafe raw else { return nil }
        unsafe Unmanaged<ThreadBody>.fromOpaque(raw).takeRetainedValue().run()
        return nil
      },
      box.toOpaque()
    )
    precondition(result == 0, "the system has no thread left")
    self.handle = handle
  }

  deinit {
    pthread_detach(handle)
  }

  consuming func join() {
    pthread_join(handle, nil)
    discard self
  }
}

/// Carries a closure through the C interface.
private final class ThreadBody {
  let run: @Sendable () -> Void

  init(_ run: @escaping @Sendable () -> Void) {
    self.run = run
  }
}
