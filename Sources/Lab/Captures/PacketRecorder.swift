internal import Capture
internal import Glibc
internal import Kernel
internal import Synchronization
internal import Wire

/// Records what passes a device of a namespace into a capture file, on a thread of its own.
final class PacketRecorder: Sendable {
  /// What is recorded.
  struct Settings: Sendable {
    /// The device.
    var device = "eth0"
    /// libpcap's filter expression.
    var filter: String
    /// Where to.
    var path: String
    /// Bytes of the file, at most: later packets are left out.
    var byteCountMaximum = 1 << 20
  }

  private static let readyTimeoutNanoseconds = 5 * Nanoseconds.perSecond
  private static let waitMilliseconds: Int32 = 20
  /// What is in the kernel when the end is asked for still comes.
  private static let lingerNanoseconds = 200 * Nanoseconds.perMillisecond

  /// What the thread tells.
  private final class State: Sendable {
    let started = Mutex<Result<Void, LabError>?>(nil)
    let isStopping = Atomic<Bool>(false)
    let packets = Atomic<Int>(0)
  }

  private let state = State()
  private let thread: Mutex<LabThread<Void>?>

  /// Starts to record; returns when every later packet will be in the file.
  init(_ settings: Settings, in namespace: NetworkNamespace) throws(LabError) {
    let state = state
    let started = try namespace.startThread { Self.run(settings, state) }
    thread = Mutex(consume started)
    _ = Pause.until(timeoutNanoseconds: Self.readyTimeoutNanoseconds) {
      state.started.withLock { $0 != nil }
    }
    guard let outcome = state.started.withLock({ $0 }) else {
      throw LabError("the recorder of \(settings.path) does not start")
    }
    try outcome.get()
  }

  /// Ends the recording; how many packets are in the file. Must be called.
  @discardableResult
  func stop() -> Int {
    Pause.nanoseconds(Self.lingerNanoseconds)
    state.isStopping.store(true, ordering: .relaxed)
    thread.withLock { $0.take()?.join() }
    return state.packets.load(ordering: .relaxed)
  }

  private static func run(_ settings: Settings, _ state: State) {
    var live = LiveCaptureSettings()
    live.device = settings.device
    live.filter = settings.filter
    live.gatherMilliseconds = 10
    do throws(CaptureFault) {
      var capture = try LiveCapture(live)
      var file = try CaptureWriter(path: settings.path, link: capture.link)
      state.started.withLock { $0 = .success(()) }
      while !state.isStopping.load(ordering: .relaxed) {
        record(&capture, &file, settings, state)
        wait(capture.descriptor)
      }
      record(&capture, &file, settings, state)
      _ = file.flush()
    } catch {
      state.started.withLock { $0 = .failure(LabError("\(error)")) }
    }
  }

  private static func record(
    _ capture: inout LiveCapture,
    _ file: inout CaptureWriter,
    _ settings: Settings,
    _ state: State
  ) {
    while let packet = capture.next() {
      guard file.byteCount + packet.bytes.count < settings.byteCountMaximum else { continue }
      file.write(packet)
      state.packets.add(1, ordering: .relaxed)
    }
  }

  private static func wait(_ descriptor: Int32) {
    var wait = pollfd(fd: descriptor, events: Int16(POLLIN), revents: 0)
    _ = unsafe poll(&wait, 1, waitMilliseconds)
  }
}
