internal import CLinux
internal import Glibc

/// A thread that runs one function and ends with it.
public struct WorkerThread: ~Copyable, @unchecked Sendable {
  /// Bytes of a worker's stack, unless it asks for more.
  public static let stackBytes = 1 << 20

  private let handle: pthread_t

  /// Starts a thread named `name` (at most 15 bytes are shown), on `core` when one is given.
  public init(
    name: String,
    core: Int32?,
    stackBytes: Int = Self.stackBytes,
    _ body: @escaping @Sendable () -> Void
  ) throws(Errno) {
    let start = unsafe Unmanaged.passRetained(Start(name: name, core: core, body: body))
    var attributes = pthread_attr_t()
    unsafe pthread_attr_init(&attributes)
    defer { unsafe pthread_attr_destroy(&attributes) }
    unsafe pthread_attr_setstacksize(&attributes, stackBytes)
    var thread = pthread_t()
    let failure = unsafe pthread_create(
      &thread,
      &attributes,
      { argument in
        guard let argument = unsafe argument else { return nil }
        unsafe Unmanaged<Start>.fromOpaque(argument).takeRetainedValue().run()
        return nil
      },
      start.toOpaque()
    )
    guard failure == 0 else {
      unsafe start.release()
      throw Errno(rawValue: failure)
    }
    handle = thread
  }

  /// Waits for the thread's end.
  public consuming func join() {
    _ = pthread_join(handle, nil)
  }

  /// Lets the thread end by itself.
  public consuming func detach() {
    _ = pthread_detach(handle)
  }
}

/// What a new thread is told.
private final class Start: Sendable {
  private let name: String
  private let core: Int32?
  private let body: @Sendable () -> Void

  init(name: String, core: Int32?, body: @escaping @Sendable () -> Void) {
    self.name = name
    self.core = core
    self.body = body
  }

  func run() {
    _ = unsafe linux_name_thread(String(decoding: name.utf8.prefix(15), as: UTF8.self))
    if let core { _ = linux_pin_thread(core) }
    body()
  }
}
