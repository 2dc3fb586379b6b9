internal import CLab
internal import CLinux
internal import Kernel
internal import Synchronization
internal import Wire

/// The cheapest thing that accepts: what a flood can reach at most is measured against it.
///
/// It accepts, reads and forgets, and keeps each connection until the other side ends it. It runs
/// on the calling thread until stopped.
struct TrivialAcceptor: ~Copyable {
  private static let backlog: Int32 = 65_535
  private static let acceptsPerTurn = 256
  private static let eventsPerTurn = 512
  private static let openMaximum: UInt = 200_000
  private static let listenerToken = UInt64.max
  private static let idleMilliseconds: Int32 = 50

  private let listener: Descriptor
  private let epoll: Descriptor
  /// Where it listens.
  let endpoint: Endpoint
  private var scratch = [UInt8](repeating: 0, count: 16_384)
  /// Connections accepted.
  private(set) var accepted: UInt64 = 0
  /// Bytes read.
  private(set) var bytesReceived: UInt64 = 0

  /// Listens at `endpoint`; port 0: one of the kernel's choice.
  static func listening(at endpoint: Endpoint) throws(Errno) -> TrivialAcceptor {
    _ = DescriptorLimit.raise(to: Int(openMaximum))
    let address = endpoint.address
    let listener = Descriptor(
      owning: try Errno.check(lab_listen(address.high, address.low, endpoint.port, backlog))
    )
    let epoll = Descriptor(owning: try Errno.check(linux_epoll_create()))
    var local = linux_endpoint()
    _ = try Errno.check(unsafe linux_local_endpoint(listener.rawValue, &local))
    _ = try Errno.check(
      linux_epoll_control(
        epoll.rawValue,
        Int32(EPOLL_CTL_ADD),
        listener.rawValue,
        EPOLLIN.rawValue,
        listenerToken
      )
    )
    return TrivialAcceptor(
      listener: listener,
      epoll: epoll,
      endpoint: Endpoint(address: address, port: local.port)
    )
  }

  private init(
    listener: consuming Descriptor,
    epoll: consuming Descriptor,
    endpoint: Endpoint
  ) {
    self.listener = listener
    self.epoll = epoll
    self.endpoint = endpoint
  }

  /// Accepts until `stop` is raised and nothing has come for a moment.
  mutating func run(stop: FloodStop) {
    var events = unsafe [epoll_event](repeating: epoll_event(), count: Self.eventsPerTurn)
    while true {
      let isLast = stop.isRaised
      let count = unsafe linux_epoll_wait(
        epoll.rawValue,
        &events,
        Int32(Self.eventsPerTurn),
        Self.idleMilliseconds
      )
      for index in 0..<Int(max(count, 0)) {
        let token = unsafe events[index].data.u64
        if token == Self.listenerToken { accept() } else { drain(Int32(truncatingIfNeeded: token)) }
      }
      if isLast, count == 0 { return }
    }
  }

  private mutating func accept() {
    for _ in 0..<Self.acceptsPerTurn {
      var peer = linux_endpoint()
      let descriptor = unsafe linux_accept(listener.rawValue, &peer)
      guard descriptor >= 0 else { return }
      accepted += 1
      _ = linux_epoll_control(
        epoll.rawValue,
        Int32(EPOLL_CTL_ADD),
        descriptor,
        EPOLLIN.rawValue | EPOLLRDHUP.rawValue,
        UInt64(UInt32(bitPattern: descriptor))
      )
    }
  }

  private mutating func drain(_ descriptor: Int32) {
    let count = unsafe linux_receive(descriptor, &scratch, scratch.count, 0)
    if count > 0 {
      bytesReceived += UInt64(count)
    } else {
      _ = linux_close(descriptor)
    }
  }
}
