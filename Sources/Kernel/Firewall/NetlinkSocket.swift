internal import Glibc

/// A conversation with the kernel's routing (rtnetlink), in the network namespace of the thread
/// that opened it. Reading needs no capability, changing needs CAP_NET_ADMIN.
struct NetlinkSocket: ~Copyable {
  private let descriptor: Descriptor

  /// Longest wait for one answer; the kernel answers within the call.
  private static let answerTimeoutSeconds = 5
  /// Most bytes of one list: some ten thousand foreign rules.
  private static let maximumAnswerBytes = 1 << 20
  /// Times that a list is read anew because it changed meanwhile.
  private static let maximumReadings = 5
  /// At least what the kernel puts into one datagram of a list.
  private static let bufferBytes = 32_768

  private enum MessageType {
    static let error: UInt16 = 2
    static let done: UInt16 = 3
  }

  /// Opens the conversation.
  init() throws(Errno) {
    let routing: Int32 = 0
    let descriptor = Descriptor(
      owning: try Errno.check(
        socket(AF_NETLINK, SocketType.raw | SocketType.closeOnExec, routing)
      )
    )
    let timeout = timeval(tv_sec: Self.answerTimeoutSeconds, tv_usec: 0)
    try Self.set(SOL_SOCKET, SO_RCVTIMEO, timeout, on: descriptor.rawValue)
    // The kernel filters a list of routes by table or origin only for those who ask strictly; a
    // full list may hold a million routes.
    let netlinkLevel: Int32 = 270
    let strictCheck: Int32 = 12
    try Self.set(netlinkLevel, strictCheck, 1 as Int32, on: descriptor.rawValue)
    self.descriptor = descriptor
  }

  private static func set<Value: BitwiseCopyable>(
    _ level: Int32,
    _ option: Int32,
    _ value: Value,
    on socket: Int32
  ) throws(Errno) {
    let result = unsafe withUnsafeBytes(of: value) { bytes in
      unsafe setsockopt(socket, level, option, bytes.baseAddress, socklen_t(bytes.count))
    }
    _ = try Errno.check(result)
  }

  /// Has the kernel change something.
  borrowing func change(_ request: NetlinkRequest) throws(Errno) {
    try send(request)
    var answer = NetlinkAnswer(bytes: [])
    try receive(into: &answer.bytes)
    var offset = 0
    guard let message = answer.message(at: &offset), message.type == MessageType.error else {
      throw Errno(rawValue: EBADMSG)
    }
    try Self.checkStatus(of: message, in: answer)
  }

  /// Asks the kernel something that it answers with one message.
  borrowing func ask(_ request: NetlinkRequest) throws(Errno) -> NetlinkAnswer {
    try send(request)
    var answer = NetlinkAnswer(bytes: [])
    try receive(into: &answer.bytes)
    var offset = 0
    guard let message = answer.message(at: &offset) else { throw Errno(rawValue: EBADMSG) }
    if message.type == MessageType.error { try Self.checkStatus(of: message, in: answer) }
    return answer
  }

  /// Has the kernel list something.
  borrowing func list(_ request: NetlinkRequest) throws(Errno) -> NetlinkAnswer {
    for _ in 0..<Self.maximumReadings {
      try send(request)
      var answer = NetlinkAnswer(bytes: [])
      if try receiveList(into: &answer) == .whole { return answer }
    }
    throw Errno(rawValue: EAGAIN)
  }

  private enum Listing {
    case whole
    case interrupted
  }

  private borrowing func receiveList(into answer: inout NetlinkAnswer) throws(Errno) -> Listing {
    var listing = Listing.whole
    var offset = 0
    while true {
      try receive(into: &answer.bytes)
      while let message = answer.message(at: &offset) {
        if message.flags & NetlinkFlags.interrupted != 0 { listing = .interrupted }
        if message.type == MessageType.done || message.type == MessageType.error {
          try Self.checkStatus(of: message, in: answer)
          return listing
        }
      }
      guard offset == answer.bytes.count else { throw Errno(rawValue: EBADMSG) }
      guard offset < Self.maximumAnswerBytes else { throw Errno(rawValue: EMSGSIZE) }
    }
  }

  /// The status that ends a list or answers a change is a negated error number, or zero.
  private static func checkStatus(
    of message: NetlinkAnswer.Message,
    in answer: NetlinkAnswer
  ) throws(Errno) {
    guard let status = answer.number(at: message.content.lowerBound, as: Int32.self) else {
      throw Errno(rawValue: EBADMSG)
    }
    guard status == 0 else { throw Errno(rawValue: 0 &- status) }
  }

  private borrowing func send(_ request: NetlinkRequest) throws(Errno) {
    let sent = unsafe request.bytes.withUnsafeBytes { buffer in
      unsafe Glibc.send(descriptor.rawValue, buffer.baseAddress, buffer.count, 0)
    }
    guard sent == request.bytes.count else { throw .last }
  }

  private borrowing func receive(into bytes: inout [UInt8]) throws(Errno) {
    let end = bytes.count
    bytes += repeatElement(0, count: Self.bufferBytes)
    let count = unsafe bytes.withUnsafeMutableBytes { buffer in
      let room = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[end...])
      return unsafe recv(descriptor.rawValue, room.baseAddress, room.count, Int32(MSG_TRUNC))
    }
    guard count > 0 else { throw .last }
    guard count <= Self.bufferBytes else { throw Errno(rawValue: EMSGSIZE) }
    bytes.removeLast(Self.bufferBytes - count)
  }
}
