internal import Glibc
public import Kernel
internal import Synchronization
public import Wire

/// Answers HTTP requests on one address of this host, on a thread of its own that yields to the
/// shards.
///
/// Comes in: bytes of whoever may connect. Goes out: what `respond` makes of a request.
/// Connections, bytes and waits are bounded; when all places are taken, the one that has taken
/// longest over its request goes. Never: waits for one connection, serves a second request on one,
/// takes a body.
public struct WebServer: ~Copyable {
  /// The most connections at a time.
  public static let connectionCount = 16
  /// The most descriptors of a server: connections, its listener, its poller.
  public static let descriptors = connectionCount + 2
  /// Connections that wait in the kernel.
  private static let backlog: Int32 = 256
  /// How much less of the processor its thread asks for than the shards do.
  private static let niceness: Int32 = 10
  /// How long nothing is accepted after the process ran out of descriptors.
  private static let restNanoseconds = Nanoseconds.perSecond
  /// The longest wait for events, and the longest that a deadline is late.
  private static let waitMilliseconds: Int32 = 500

  private enum Token {
    static let listener: UInt64 = 0
    static let firstConnection: UInt64 = 1
  }

  fileprivate let listener: Listener
  private let poller: Poller
  private let orders: Orders
  private let respond: Respond
  private var connections: [WebConnection] = []
  private var nextToken = Token.firstConnection
  private var restsUntil: Instant?

  /// Makes the bytes of the answer to a request.
  public typealias Respond =
    @Sendable (_ request: Result<HTTPRequest, HTTPRefusal>, _ now: Instant) -> [UInt8]

  /// What the thread is told.
  fileprivate final class Orders: Sendable {
    let isStopping = Atomic<Bool>(false)
  }

  fileprivate init(
    on endpoint: Endpoint,
    _ orders: Orders,
    _ respond: @escaping Respond
  ) throws(Errno) {
    precondition(endpoint.address.isLoopback, "without a password it is for this host alone")
    if endpoint.port > 0 { try Listener.checkFree(endpoint) }
    let poller = try Poller()
    let listener = try Listener(on: endpoint, isTransparent: false, backlog: Self.backlog)
    self.listener = listener
    self.poller = poller
    self.orders = orders
    self.respond = respond
    self.poller.add(self.listener.descriptor, token: Token.listener, .readable)
  }

  /// Turns until it is told to end.
  fileprivate mutating func run() {
    // Linux counts niceness by thread; 0 is the one that calls. A wish: a unit that filters system
    // calls may forbid it, and then the page is served like everything else.
    _ = setpriority(__priority_which_t(PRIO_PROCESS.rawValue), 0, Self.niceness)
    while !orders.isStopping.load(ordering: .relaxed) { turn() }
  }

  private mutating func turn() {
    let count = poller.wait(timeoutMilliseconds: Self.waitMilliseconds)
    let now = Clock.now
    for index in 0..<count {
      let event = poller.event(index)
      switch event.token {
      case Token.listener: acceptAll(now)
      default:
        connections.first { $0.token == event.token }?.proceed(at: now) { respond($0, now) }
      }
    }
    for connection in connections { connection.meetDeadline(at: now) { respond($0, now) } }
    connections.removeAll { $0.phase == .over }
    if let until = restsUntil, now >= until {
      restsUntil = nil
      poller.add(listener.descriptor, token: Token.listener, .readable)
    }
  }

  private mutating func acceptAll(_ now: Instant) {
    // As many as there are places: those who come in a stream must not keep the others waiting.
    for _ in 0..<Self.connectionCount {
      switch listener.accept() {
      case .connection(let arrival): take(arrival, now)
      case .gone: continue
      case .empty: return
      case .descriptorsShort:
        poller.remove(listener.descriptor)
        restsUntil = now.advanced(byNanoseconds: Self.restNanoseconds)
        return
      }
    }
  }

  private mutating func take(_ arrival: consuming Arrival<StreamSocket>, _ now: Instant) {
    connections.removeAll { $0.phase == .over }
    if connections.count == Self.connectionCount {
      let slowest = connections.firstIndex { $0.phase == .asking } ?? connections.startIndex
      connections.remove(at: slowest)
    }
    let connection = WebConnection(arrival.socket, token: nextToken, at: now)
    nextToken += 1
    connection.watch(with: poller)
    connections.append(connection)
    connection.proceed(at: now) { respond($0, now) }
  }
}

/// A server that runs, until this goes.
public final class WebServerHandle: Sendable {
  /// Where it listens.
  public let endpoint: Endpoint
  private let orders = WebServer.Orders()

  /// Starts a server on a loopback address, on a thread of its own that calls `respond`.
  /// - Throws: The error of the call that failed, such as "address in use".
  public init(on endpoint: Endpoint, _ respond: @escaping WebServer.Respond) throws(Errno) {
    let server = try WebServer(on: endpoint, orders, respond)
    self.endpoint = server.listener.localEndpoint() ?? endpoint
    let box = Box(server)
    let thread = try WorkerThread(name: "page", core: nil) {
      guard var server = box.take() else { return }
      server.run()
    }
    thread.detach()
  }

  deinit {
    orders.isStopping.store(true, ordering: .relaxed)
  }

  /// Carries the server to its thread.
  private final class Box: Sendable {
    private let server: Mutex<WebServer?>

    init(_ server: consuming sending WebServer) {
      self.server = Mutex(consume server)
    }

    func take() -> WebServer? {
      server.withLock { $0.take() }
    }
  }
}
