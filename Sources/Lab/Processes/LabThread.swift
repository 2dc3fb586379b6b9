import Glibc

/// A thread of its own for work that blocks or that lives in another network namespace.
///
/// Not a task: a task may continue on any thread, while a namespace belongs to one thread.
/// A thread that nobody joins goes on alone.
struct LabThread: ~Copyable, Sendable {
  private let handle: pthread_t

  /// Starts `body`.
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

  /// Waits until the body has returned.
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
