import Glibc
import Kernel
import Synchronization
import Wire

@testable import Lab

/// What a stranger does once it is connected.
enum StrangerStep: Sendable {
  /// Sends these bytes in one write.
  case write([UInt8])
  /// Lets so many milliseconds pass.
  case pause(UInt64)
  /// Closes its own direction.
  case finishSending
  /// Closes.
  case close
  /// Closes with a reset.
  case reset
}

/// Another connection that is opened before the stranger's own and kept.
struct Companion: Sendable {
  /// Whether it comes from the stranger's own address.
  let sharesAddress: Bool
  /// What it sends.
  let bytes: [UInt8]
}

/// A stranger: who it is and what it does.
struct Stranger: Sendable {
  let name: String
  /// What it does before a router with these facts.
  let script: @Sendable (RouterFacts) -> (companion: Companion?, steps: [StrangerStep])

  init(_ name: String, _ steps: [StrangerStep]) {
    self.name = name
    script = { _ in (nil, steps) }
  }

  init(
    _ name: String,
    _ script: @escaping @Sendable (RouterFacts) -> (Companion?, [StrangerStep])
  ) {
    self.name = name
    self.script = script
  }

  /// A stranger that knows the router and sends one first flight in one write.
  init(
    flight name: String,
    then steps: [StrangerStep] = [],
    _ change: @escaping @Sendable (inout FirstFlightOptions) -> Void
  ) {
    self.name = name
    script = { (nil, [.write(Self.flight($0, change))] + steps) }
  }

  /// A first flight for the router, without padding unless `change` adds some.
  static func flight(
    _ router: RouterFacts,
    _ change: (inout FirstFlightOptions) -> Void = { _ in }
  ) -> [UInt8] {
    var options = FirstFlightOptions()
    options.padding = []
    change(&options)
    return FirstFlight(
      for: router,
      options: options,
      messageThreeLength: 900,
      wallSeconds: Clock.wallSeconds
    ).bytes
  }
}

/// A stranger's visit, as the stranger itself remembers it.
struct Visit: Sendable {
  /// Its end of the connection.
  let local: Endpoint
  /// When the connection stood; nil: never.
  var connectedAt: Instant?
  /// When it did something that others can see, in order.
  var actions: [Instant] = []
  /// When it lost patience and went; nil: the router's side closed first, or the script did.
  var gaveUpAt: Instant?
}

extension Stranger {
  /// How long after a FIN the stranger sends one more byte, and how long it looks for the answer.
  private static let laterNanoseconds = 100 * Nanoseconds.perMillisecond

  /// Visits `target` and does what the script says; then waits for the close, at most
  /// `patienceNanoseconds`, and sends one byte more.
  func visit(
    _ target: Endpoint,
    router: RouterFacts,
    from local: Endpoint,
    companionAddress: SourceAddress,
    patienceNanoseconds: UInt64
  ) -> Visit {
    var visit = Visit(local: local)
    let (companion, steps) = script(router)
    let other = companion.flatMap {
      Self.open($0, target, from: local, otherwise: companionAddress)
    }
    defer { if let other { close(other) } }
    let connected = try? TCPSocket.connected(
      to: target,
      from: local,
      timeoutNanoseconds: Nanoseconds.perSecond
    )
    guard let socket = connected else { return visit }
    visit.connectedAt = Clock.now
    // Every write is a segment of its own.
    set(socket.rawValue, Int32(IPPROTO_TCP), TCP_NODELAY)
    if perform(steps, on: socket, &visit) == .stays {
      awaitClose(socket, patienceNanoseconds, &visit, finished: steps.finishesSending)
    }
    return visit
  }

  /// Opens the companion's connection; its descriptor.
  private static func open(
    _ companion: Companion,
    _ target: Endpoint,
    from local: Endpoint,
    otherwise address: SourceAddress
  ) -> Int32? {
    let source = companion.sharesAddress ? local.address : address
    let connected = try? TCPSocket.connected(
      to: target,
      from: Endpoint(address: source, port: local.port + 1),
      timeoutNanoseconds: Nanoseconds.perSecond
    )
    guard let socket = connected else { return nil }
    if !companion.bytes.isEmpty { _ = socket.send(companion.bytes) }
    Pause.nanoseconds(laterNanoseconds)
    return socket.release()
  }

  private enum Presence {
    case stays
    case leaves
  }

  private func perform(
    _ steps: [StrangerStep],
    on socket: borrowing TCPSocket,
    _ visit: inout Visit
  ) -> Presence {
    for step in steps {
      if case .pause(let milliseconds) = step {
        Pause.nanoseconds(milliseconds * Nanoseconds.perMillisecond)
        continue
      }
      visit.actions.append(Clock.now)
      switch step {
      case .write(let bytes): _ = socket.send(bytes)
      case .pause: break
      case .finishSending: shutdown(socket.rawValue, Int32(SHUT_WR))
      case .close: return .leaves
      case .reset:
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(
          socket.rawValue,
          SOL_SOCKET,
          SO_LINGER,
          &now,
          socklen_t(MemoryLayout<linger>.size)
        )
        return .leaves
      }
    }
    return .stays
  }

  private func awaitClose(
    _ socket: borrowing TCPSocket,
    _ patienceNanoseconds: UInt64,
    _ visit: inout Visit,
    finished: Bool
  ) {
    socket.limitWaiting(toNanoseconds: patienceNanoseconds)
    var buffer = [UInt8](repeating: 0, count: 4096)
    while let count = socket.receive(into: &buffer) {
      if count > 0 { continue }
      Pause.nanoseconds(Self.laterNanoseconds)
      if finished { return }
      visit.actions.append(Clock.now)
      _ = socket.send([0])
      return Pause.nanoseconds(Self.laterNanoseconds)
    }
    if errno == EAGAIN { visit.gaveUpAt = Clock.now }
  }

  private func set(_ socket: Int32, _ level: Int32, _ name: Int32) {
    var one: Int32 = 1
    setsockopt(socket, level, name, &one, socklen_t(MemoryLayout<Int32>.size))
  }
}

extension [StrangerStep] {
  /// Whether the stranger closes its own direction.
  fileprivate var finishesSending: Bool {
    contains {
      if case .finishSending = $0 { return true }
      return false
    }
  }
}
