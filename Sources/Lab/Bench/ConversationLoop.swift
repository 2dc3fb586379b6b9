internal import CLab
internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// Both ends of many conversations, in one loop: clients that begin at a steady rate, and the
/// service that they reach through a proxy.
///
/// One thread has both ends, so that a core of its own is never short of the other end. It runs in
/// the clients' namespace; the service's listener was made in its own.
struct ConversationLoop: ~Copyable {
  /// What is asked for.
  struct Plan: Sendable {
    /// Where clients connect to.
    var target: Endpoint
    /// How many conversations.
    var count: Int
    /// How many begin a second.
    var ratePerSecond: Double
    /// The number of the first client's address.
    var firstSource: UInt32 = 0
  }

  /// What came of it.
  struct Report: Sendable {
    var begun = 0
    var completed = 0
    var failed = 0
    /// From the first to the last connection.
    var elapsedNanoseconds: UInt64 = 0
    /// From the start of a connection to the service's answer.
    var answerTimes = LatencyHistogram()
  }

  /// One end of a connection, by its descriptor.
  struct End {
    var role = Role.free
    var bytesLeft = 0
    var begunAt = Instant(nanoseconds: 0)
  }

  /// What an end does.
  enum Role {
    case free
    case connecting
    case awaitingAnswer
    case awaitingFrame
    case awaitingFlight
    case awaitingClosing
    case awaitingEnd

    /// Whether it is the service's end.
    var isService: Bool {
      switch self {
      case .free, .connecting, .awaitingAnswer, .awaitingFrame: false
      case .awaitingFlight, .awaitingClosing, .awaitingEnd: true
      }
    }
  }

  private static let eventsPerTurn = 512
  private static let descriptorsMax = 16_384
  private static let openMax = 4_096
  private static let patienceNanoseconds = 15 * Nanoseconds.perSecond
  private static let listenerToken = UInt64.max
  static let readBytesMax = 65_536

  let plan: Plan
  let listener: Int32
  let epoll: Descriptor
  var conversation: Conversation
  var report = Report()
  /// Open connections of the service.
  var serviceCount = 0
  var ends = [End](repeating: End(), count: descriptorsMax)
  var scratch = [UInt8](repeating: 0xa5, count: readBytesMax)

  /// A loop with the service at `listener`.
  init(_ plan: Plan, _ conversation: Conversation, listener: Int32) throws(LabError) {
    let number = linux_epoll_create()
    guard number >= 0 else { throw .lastCall("cannot make an epoll") }
    guard DescriptorLimit.raise(to: Self.descriptorsMax) >= Self.descriptorsMax else {
      throw LabError("\(Self.descriptorsMax) descriptors are needed: raise ulimit -Hn")
    }
    self.plan = plan
    self.conversation = conversation
    self.listener = listener
    epoll = Descriptor(owning: number)
    _ = linux_epoll_control(
      number,
      Int32(EPOLL_CTL_ADD),
      listener,
      EPOLLIN.rawValue,
      Self.listenerToken
    )
  }

  /// Runs until all conversations have ended.
  mutating func run() -> Report {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
    let interval = UInt64(1e9 / plan.ratePerSecond)
    let start = Clock.now
    var nextBegin = start
    var lastStep = start
    while report.completed + report.failed < plan.count || serviceCount > 0 {
      let now = Clock.now
      while report.begun < plan.count, nextBegin <= now, openCount < Self.openMax {
        begin(now)
        nextBegin = nextBegin.advanced(byNanoseconds: interval)
        lastStep = now
      }
      guard now.nanoseconds(since: lastStep) < Self.patienceNanoseconds else { break }
      let count = unsafe linux_epoll_wait(
        epoll.rawValue,
        &events,
        Int32(Self.eventsPerTurn),
        1
      )
      for index in 0..<Int(max(count, 0)) {
        handle(unsafe events[index].data.u64, unsafe events[index].events)
        lastStep = now
      }
    }
    report.elapsedNanoseconds = Clock.now.nanoseconds(since: start)
    for descriptor in ends.indices where ends[descriptor].role != .free {
      _ = linux_close(Int32(descriptor))
    }
    return report
  }

  private var openCount: Int { report.begun - report.completed - report.failed }

  private mutating func handle(_ token: UInt64, _ events: UInt32) {
    guard token != Self.listenerToken else { return acceptAll() }
    let descriptor = Int32(truncatingIfNeeded: token)
    if ends[Int(descriptor)].role == .connecting {
      guard events & EPOLLOUT.rawValue != 0 else { return }
      askFirst(descriptor)
    }
    read(descriptor)
  }

  private mutating func begin(_ now: Instant) {
    let source = BenchSources.honest(plan.firstSource &+ UInt32(report.begun))
    report.begun += 1
    let descriptor = lab_start_connection(
      source.high,
      source.low,
      plan.target.address.high,
      plan.target.address.low,
      plan.target.port,
      0
    )
    guard descriptor >= 0 else { return report.failed += 1 }
    watch(descriptor, as: End(role: .connecting, begunAt: now))
  }

  private mutating func acceptAll() {
    while true {
      var peer = linux_endpoint()
      let descriptor = unsafe linux_accept(listener, &peer)
      guard descriptor >= 0 else { return }
      watch(descriptor, as: End(role: .awaitingFlight))
      read(descriptor)
    }
  }

  private mutating func watch(_ descriptor: Int32, as end: End) {
    precondition(Int(descriptor) < ends.count, "descriptors stay below their limit")
    ends[Int(descriptor)] = end
    if end.role.isService { serviceCount += 1 }
    _ = linux_epoll_control(
      epoll.rawValue,
      Int32(EPOLL_CTL_ADD),
      descriptor,
      EPOLLIN.rawValue | EPOLLOUT.rawValue | EPOLLRDHUP.rawValue | EPOLLET.rawValue,
      UInt64(UInt32(bitPattern: descriptor))
    )
  }
}
