internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// One TCP connection of the lab, waited for with deadlines, and what a stranger sees of it.
struct LabConnection: ~Copyable {
  /// After a FIN, how long an RST may take and still belong to it: it is sent in the same instant.
  private static let resetWatchMilliseconds: Int32 = 20
  /// Most bytes taken by one read.
  private static let readBytesMaximum = 65_536
  /// POLLRDHUP, which Glibc shows only with GNU extensions.
  private static let peerFinished: Int16 = 0x2000

  private let descriptor: Descriptor
  /// When the last bytes were handed to the kernel; before the first, when we connected.
  private(set) var lastProgress: Instant
  /// What a stranger has seen so far.
  private(set) var observation = Observation()

  /// What a wait for bytes brought.
  enum Received {
    /// As many bytes as were asked for.
    case bytes([UInt8])
    /// The other side closed first.
    case closed(CloseForm, afterNanoseconds: UInt64)
    /// The deadline passed first.
    case late
    /// The system refused.
    case failed(Errno)
  }

  /// How a write went.
  enum Sent {
    /// All bytes are with the kernel.
    case all
    /// The other side closed before.
    case closed(CloseForm, afterNanoseconds: UInt64)
    /// The kernel's buffer stayed full until the deadline.
    case late
    /// The system refused.
    case failed(Errno)
  }

  /// A connection to `target`.
  ///
  /// - Parameters:
  ///   - target: where to.
  ///   - source: an address of this host or namespace; nil: the kernel's choice.
  ///   - deadline: when to give up, as ETIMEDOUT.
  /// - Throws: why there is no connection; ECONNREFUSED where nobody listens.
  /// - Returns: the open connection.
  static func open(
    to target: Endpoint,
    from source: SourceAddress?,
    deadline: Instant
  ) throws(Errno) -> LabConnection {
    let started = lab_start_connection(
      source?.high ?? 0,
      source?.low ?? 0,
      target.address.high,
      target.address.low,
      target.port,
      LAB_CONNECTION_UNDELAYED
    )
    let descriptor = Descriptor(owning: try Errno.check(started))
    let ready = wait(descriptor.rawValue, for: Int16(POLLOUT), until: deadline)
    guard ready != 0 else { throw Errno(rawValue: ETIMEDOUT) }
    let error = linux_socket_error(descriptor.rawValue)
    guard error == 0 else { throw Errno(rawValue: error) }
    return LabConnection(owning: descriptor)
  }

  private init(owning descriptor: consuming Descriptor) {
    self.descriptor = descriptor
    lastProgress = Clock.now
  }

  private static func wait(_ descriptor: Int32, for events: Int16, until deadline: Instant) -> Int32
  {
    let left = deadline.nanoseconds(since: Clock.now) / Nanoseconds.perMillisecond
    return lab_wait_for(descriptor, events, Int32(clamping: left))
  }

  /// Sends all of `bytes` unless the deadline passes.
  mutating func send(_ bytes: [UInt8], deadline: Instant) -> Sent {
    var sent = 0
    while sent < bytes.count {
      let rest = bytes[sent...]
      let handedOver = Clock.now
      let count = unsafe rest.withUnsafeBytes { buffer in
        unsafe linux_send(descriptor.rawValue, buffer.baseAddress, buffer.count, 0)
      }
      if count > 0 {
        sent += count
        observation.bytesSent += count
        lastProgress = handedOver
        continue
      }
      let error = Errno.last
      switch error.rawValue {
      case EAGAIN:
        guard Self.wait(descriptor.rawValue, for: Int16(POLLOUT), until: deadline) != 0 else {
          return .late
        }
      case EPIPE:
        let after = recordClose(.finishThenReset)
        return .closed(.finishThenReset, afterNanoseconds: after)
      case ECONNRESET:
        let after = recordClose(.reset)
        return .closed(.reset, afterNanoseconds: after)
      default: return .failed(error)
      }
    }
    return .all
  }

  /// Waits; returns at once, as `finished`, when the other side ends its direction meanwhile.
  func pause(nanoseconds: UInt64) -> Pause {
    let milliseconds = Int32(clamping: nanoseconds / Nanoseconds.perMillisecond)
    guard milliseconds > 0 else { return .over }
    let ready = lab_wait_for(descriptor.rawValue, Self.peerFinished, milliseconds)
    return ready == 0 ? .over : .finished
  }

  /// How a pause ended.
  enum Pause {
    /// The time is up.
    case over
    /// The other side has finished.
    case finished
  }

  /// Receives exactly `count` bytes.
  mutating func receive(_ count: Int, deadline: Instant) -> Received {
    precondition(count >= 0, "a count is not negative")
    var bytes: [UInt8] = []
    while bytes.count < count {
      switch receiveSome(atMost: count - bytes.count, deadline: deadline) {
      case .bytes(let some): bytes += some
      case .closed(let form, let after): return .closed(form, afterNanoseconds: after)
      case .late: return .late
      case .failed(let error): return .failed(error)
      }
    }
    return .bytes(bytes)
  }

  /// Receives what is there, at least one byte.
  mutating func receiveSome(atMost count: Int, deadline: Instant) -> Received {
    var buffer = [UInt8](repeating: 0, count: min(count, Self.readBytesMaximum))
    while true {
      guard Self.wait(descriptor.rawValue, for: Int16(POLLIN), until: deadline) != 0 else {
        return .late
      }
      let taken = unsafe linux_receive(descriptor.rawValue, &buffer, buffer.count, 0)
      if taken > 0 {
        observation.bytesReceived += taken
        return .bytes([UInt8](buffer.prefix(taken)))
      }
      if taken == 0 {
        let after = recordClose(.finish)
        // A connection whose both directions have ended wakes as well; only a reset is an error.
        let events = lab_wait_for(descriptor.rawValue, 0, Self.resetWatchMilliseconds)
        if events > 0, events & POLLERR != 0 { observation.close = .finishThenReset }
        return .closed(observation.close ?? .finish, afterNanoseconds: after)
      }
      let error = Errno.last
      if error.rawValue == ECONNRESET {
        let after = recordClose(.reset)
        return .closed(.reset, afterNanoseconds: after)
      }
      guard error.rawValue == EAGAIN else { return .failed(error) }
    }
  }

  private mutating func recordClose(_ form: CloseForm) -> UInt64 {
    let after = Clock.now.nanoseconds(since: lastProgress)
    observation.close = form
    observation.closedAfterNanoseconds = after
    return after
  }

  /// Ends our direction.
  func finish() {
    _ = linux_shutdown_sending(descriptor.rawValue)
  }

  /// Makes the coming close an RST.
  func resetOnClose() {
    _ = linux_reset_on_close(descriptor.rawValue)
  }
}
