internal import Kernel
internal import Wire

/// A connection of a browser or a collector: one request, one answer, the end.
final class WebConnection {
  /// How long the request may take until it is whole.
  static let requestNanoseconds = 5 * Nanoseconds.perSecond
  /// How long the answer may take until it is taken.
  static let answerNanoseconds = 10 * Nanoseconds.perSecond
  /// How long the other side may take to close after the answer.
  static let farewellNanoseconds = Nanoseconds.perSecond
  /// The most bytes after the request that are taken and thrown away, so that the answer is not
  /// lost in a reset.
  static let mostBytesAfterRequest = 65_536

  /// What the connection is doing.
  enum Phase: Equatable {
    /// The request is not whole.
    case asking
    /// The answer is on its way.
    case answering
    /// The answer is out; the other side is to close.
    case leaving
    /// Nothing more will happen.
    case over
  }

  /// The number under which the poller knows it.
  let token: UInt64
  private(set) var phase = Phase.asking
  /// When the present phase ends by itself.
  private(set) var deadline: Instant
  private let socket: StreamSocket
  private var head: [UInt8] = []
  private var answer: ArraySlice<UInt8> = []
  private var thrownAway = 0

  /// A connection that has asked nothing yet.
  init(_ socket: consuming StreamSocket, token: UInt64, at now: Instant) {
    self.socket = socket
    self.token = token
    deadline = now.advanced(byNanoseconds: Self.requestNanoseconds)
    head.reserveCapacity(1_024)
  }

  /// Lets `poller` tell of it.
  func watch(with poller: borrowing Poller) {
    poller.add(socket.descriptor, token: token, .bothEdge)
  }

  /// Goes as far as the socket lets it, asking `respond` for the answer to a request.
  func proceed(at now: Instant, _ respond: (Result<HTTPRequest, HTTPRefusal>) -> [UInt8]) {
    if phase == .asking { ask(now, respond) }
    if phase == .answering { send(now) }
    if phase == .leaving { throwAway() }
  }

  /// Ends a phase whose time is over.
  func meetDeadline(
    at now: Instant,
    _ respond: (Result<HTTPRequest, HTTPRefusal>) -> [UInt8]
  ) {
    guard now >= deadline else { return }
    guard phase == .asking else { return phase = .over }
    begin(respond(.failure(.tooSlow)), now)
    proceed(at: now, respond)
  }

  private func ask(_ now: Instant, _ respond: (Result<HTTPRequest, HTTPRefusal>) -> [UInt8]) {
    while phase == .asking {
      let room = HTTPRequest.longestHeadBytes + 4 - head.count
      guard room > 0 else { return begin(respond(.failure(.headTooLong)), now) }
      switch receive(atMost: min(room, 2_048)) {
      case .bytes: break
      case .empty: return
      case .end, .broken: return phase = .over
      }
      guard let end = Self.endOfHead(head) else { continue }
      do throws(HTTPRefusal) {
        begin(respond(.success(try HTTPRequest(head: head[..<end]))), now)
      } catch {
        begin(respond(.failure(error)), now)
      }
    }
  }

  private func receive(atMost count: Int) -> ReceiveOutcome {
    let start = head.count
    head.append(contentsOf: repeatElement(0, count: count))
    let outcome = unsafe head.withUnsafeMutableBytes { bytes in
      guard let base = bytes.baseAddress else { return ReceiveOutcome.broken }
      return unsafe socket.receive(base + start, count)
    }
    if case .bytes(let received) = outcome {
      head.removeLast(count - received)
    } else {
      head.removeLast(count)
    }
    return outcome
  }

  /// Where the empty line is that ends a request.
  private static func endOfHead(_ bytes: [UInt8]) -> Int? {
    let mark: [UInt8] = [13, 10, 13, 10]
    guard bytes.count >= mark.count else { return nil }
    return (0...(bytes.count - mark.count)).first { bytes[$0...].starts(with: mark) }
  }

  private func begin(_ answer: [UInt8], _ now: Instant) {
    self.answer = answer[...]
    head = []
    phase = .answering
    deadline = now.advanced(byNanoseconds: Self.answerNanoseconds)
  }

  private func send(_ now: Instant) {
    while !answer.isEmpty {
      let outcome = unsafe answer.withUnsafeBytes { bytes in
        guard let base = bytes.baseAddress else { return SendOutcome.broken }
        return unsafe socket.send(base, bytes.count)
      }
      switch outcome {
      case .bytes(let count): answer = answer.dropFirst(count)
      case .full: return
      case .broken: return phase = .over
      }
    }
    socket.shutdownSending()
    phase = .leaving
    deadline = now.advanced(byNanoseconds: Self.farewellNanoseconds)
  }

  private func throwAway() {
    while phase == .leaving {
      switch receive(atMost: 4_096) {
      case .bytes(let count):
        head = []
        thrownAway += count
        if thrownAway > Self.mostBytesAfterRequest { phase = .over }
      case .empty: return
      case .end, .broken: phase = .over
      }
    }
  }
}
