internal import CLinux

/// What a descriptor is ready for.
public struct Readiness: OptionSet, BitwiseCopyable, Sendable {
  /// The kernel's bits.
  public let rawValue: UInt32

  /// The kernel's bits, as they are.
  @_noLocks
  public init(rawValue: UInt32) {
    self.rawValue = rawValue
  }

  /// There is something to read, or the other side closed.
  public var isReadable: Bool { @_noLocks get { rawValue & 0x2019 != 0 } }
  /// The other side closed its direction, or the connection broke.
  public var isClosing: Bool { @_noLocks get { rawValue & 0x2018 != 0 } }
  /// The connection broke: EPOLLERR.
  public var isBroken: Bool { @_noLocks get { rawValue & 0x0008 != 0 } }
  /// There is room to write, or the connection broke.
  public var isWritable: Bool { @_noLocks get { rawValue & 0x001c != 0 } }
}

/// What a registration asks for.
public enum Interest: BitwiseCopyable, Sendable {
  /// Readable, reported as long as it lasts: listeners and control descriptors.
  case readable
  /// Readable, reported at each change.
  case readableEdge
  /// Readable and writable, reported at each change.
  case bothEdge

  /// EPOLLIN 0x1, EPOLLOUT 0x4, EPOLLRDHUP 0x2000, EPOLLET 0x80000000.
  fileprivate var events: UInt32 {
    @_noLocks get {
      switch self {
      case .readable: 0x1
      case .readableEdge: 0x8000_2001
      case .bothEdge: 0x8000_2005
      }
    }
  }
}

/// An event: the token of the registration and what it is ready for.
public struct Event: BitwiseCopyable, Sendable {
  /// The word that the registration was made with.
  public let token: UInt64
  /// What the descriptor is ready for.
  public let readiness: Readiness

  /// An event for `token`.
  @_noLocks
  public init(token: UInt64, readiness: Readiness) {
    self.token = token
    self.readiness = readiness
  }
}

/// The kernel's epoll: descriptors are registered under a token, and a wait brings those that are
/// ready, at most `eventsPerWait` at a time.
@safe
public struct Poller: ~Copyable {
  /// The most events that one wait brings.
  public static let eventsPerWait = 512

  private let epoll: Descriptor
  private let events: UnsafeMutablePointer<epoll_event>

  /// An empty poller.
  public init() throws(Errno) {
    epoll = Descriptor(owning: try Errno.check(linux_epoll_create()))
    unsafe events = .allocate(capacity: Self.eventsPerWait)
    unsafe events.initialize(repeating: epoll_event(), count: Self.eventsPerWait)
  }

  deinit {
    unsafe events.deallocate()
  }

  /// Registers `descriptor`; closing it later ends the registration.
  @_noLocks
  public func add(_ descriptor: borrowing Descriptor, token: UInt64, _ interest: Interest) {
    control(1, descriptor.rawValue, token, interest)
  }

  /// Changes the token and interest of a registered descriptor.
  @_noLocks
  public func modify(_ descriptor: borrowing Descriptor, token: UInt64, _ interest: Interest) {
    control(3, descriptor.rawValue, token, interest)
  }

  /// Ends a registration while the descriptor lives on.
  @_noLocks
  public func remove(_ descriptor: borrowing Descriptor) {
    _ = linux_epoll_control(epoll.rawValue, 2, descriptor.rawValue, 0, 0)
  }

  /// EPOLL_CTL_ADD 1, _DEL 2, _MOD 3. With a valid descriptor they fail for want of kernel memory
  /// or watches only (the limit is far above the descriptors'); the connection then sees its
  /// timeout.
  @_noLocks
  private func control(_ operation: Int32, _ raw: Int32, _ token: UInt64, _ interest: Interest) {
    _ = linux_epoll_control(epoll.rawValue, operation, raw, interest.events, token)
  }

  /// Waits for events, at most `timeoutMilliseconds`; how many there are.
  @_noLocks
  public func wait(timeoutMilliseconds: Int32) -> Int {
    let count = unsafe linux_epoll_wait(
      epoll.rawValue,
      events,
      Int32(Self.eventsPerWait),
      timeoutMilliseconds
    )
    return count > 0 ? Int(count) : 0
  }

  /// The event at `index` of the last wait.
  @_noLocks
  public func event(_ index: Int) -> Event {
    precondition(index >= 0 && index < Self.eventsPerWait, "an event of no wait")
    let event = unsafe events[index]
    return unsafe Event(token: event.data.u64, readiness: Readiness(rawValue: event.events))
  }
}
