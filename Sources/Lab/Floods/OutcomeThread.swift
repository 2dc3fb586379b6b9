internal import CLinux
internal import Glibc
internal import Kernel
internal import Synchronization

/// A thread of the lab: perhaps in another network namespace, perhaps on a core of its own.
///
/// A network namespace belongs to a thread, so whoever wants to speak in another one needs a thread
/// that is nobody else's.
struct OutcomeThread<Value: Sendable>: ~Copyable {
  private let thread: pthread_t
  private let work: Work

  private final class Work: OutcomeThreadWork, Sendable {
    let namespacePath: String?
    let core: Int32?
    let body: @Sendable () -> Value
    let outcome = Mutex<Result<Value, Errno>?>(nil)

    init(namespacePath: String?, core: Int32?, body: @escaping @Sendable () -> Value) {
      self.namespacePath = namespacePath
      self.core = core
      self.body = body
    }

    func perform() {
      if let namespacePath, unsafe linux_enter_network_namespace(namespacePath) != 0 {
        let error = Errno.last
        outcome.withLock { $0 = .failure(error) }
        return
      }
      if let core, linux_pin_thread(core) != 0 {
        let error = Errno.last
        outcome.withLock { $0 = .failure(error) }
        return
      }
      let value = body()
      outcome.withLock { $0 = .success(value) }
    }
  }

  /// Starts a thread that does `body`.
  ///
  /// - Parameters:
  ///   - namespacePath: the network namespace to enter first, e.g. `/run/netns/peers`; nil: stay.
  ///   - core: the core to run on; nil: the scheduler's choice.
  ///   - body: what to do.
  /// - Throws: why there is no thread.
  init(
    namespacePath: String? = nil,
    core: Int32? = nil,
    body: @escaping @Sendable () -> Value
  ) throws(Errno) {
    let work = Work(namespacePath: namespacePath, core: core, body: body)
    var thread = pthread_t()
    let context = unsafe Unmanaged.passRetained(work as AnyObject)
    let result = unsafe pthread_create(
      &thread,
      nil,
      { context in
        guard let context = unsafe context else { return nil }
        let work = unsafe Unmanaged<AnyObject>.fromOpaque(context).takeRetainedValue()
        (work as? any OutcomeThreadWork)?.perform()
        return nil
      },
      context.toOpaque()
    )
    guard result == 0 else {
      unsafe context.release()
      throw Errno(rawValue: result)
    }
    self.thread = thread
    self.work = work
  }

  /// Waits for the end.
  ///
  /// - Throws: why the namespace or the core could not be had.
  /// - Returns: what the body returned.
  consuming func join() throws(Errno) -> Value {
    pthread_join(thread, nil)
    guard let outcome = work.outcome.withLock({ $0 }) else {
      preconditionFailure("a thread leaves an outcome")
    }
    return try outcome.get()
  }
}

/// What a thread's entry, which cannot be generic, can call.
private protocol OutcomeThreadWork: AnyObject {
  func perform()
}
