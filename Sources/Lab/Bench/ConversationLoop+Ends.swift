internal import CLinux
internal import Glibc
internal import Kernel
internal import Wire

/// What the two ends say, step by step.
extension ConversationLoop {
  /// The client is connected: its first flight goes out.
  mutating func askFirst(_ descriptor: Int32) {
    let range = conversation.flights.next(wallSeconds: Clock.wallSeconds)
    let sent = unsafe conversation.flights.bytes.withUnsafeBytes { bytes in
      let flight = unsafe UnsafeRawBufferPointer(rebasing: bytes[range])
      return unsafe linux_send(descriptor, flight.baseAddress, flight.count, 0)
    }
    guard sent == range.count else { return fail(descriptor) }
    ends[Int(descriptor)].role = .awaitingAnswer
    ends[Int(descriptor)].bytesLeft = Conversation.answerBytes
  }

  /// Reads all that is there, and does what follows from it.
  mutating func read(_ descriptor: Int32) {
    while ends[Int(descriptor)].role != .free {
      let count = unsafe linux_receive(descriptor, &scratch, Self.readBytesMax, 0)
      if count > 0 {
        receive(count, on: descriptor)
      } else if count < 0, linux_errno() == EAGAIN {
        return
      } else {
        end(descriptor)
      }
    }
  }

  private mutating func receive(_ count: Int, on descriptor: Int32) {
    ends[Int(descriptor)].bytesLeft -= count
    switch ends[Int(descriptor)].role {
    case .free, .connecting, .awaitingEnd: break
    case .awaitingFlight:
      say(Conversation.answerBytes, on: descriptor)
      ends[Int(descriptor)].role = .awaitingClosing
      ends[Int(descriptor)].bytesLeft = conversation.closingBytes
    case .awaitingAnswer:
      guard ends[Int(descriptor)].bytesLeft <= 0 else { return }
      let begunAt = ends[Int(descriptor)].begunAt
      report.answerTimes.record(nanoseconds: Clock.now.nanoseconds(since: begunAt))
      say(conversation.closingBytes, on: descriptor)
      ends[Int(descriptor)].role = .awaitingFrame
      ends[Int(descriptor)].bytesLeft = Conversation.frameBytes
    case .awaitingClosing:
      guard ends[Int(descriptor)].bytesLeft <= 0 else { return }
      say(Conversation.frameBytes, on: descriptor)
      ends[Int(descriptor)].role = .awaitingEnd
    case .awaitingFrame:
      guard ends[Int(descriptor)].bytesLeft <= 0 else { return }
      report.completed += 1
      close(descriptor)
    }
  }

  private mutating func say(_ count: Int, on descriptor: Int32) {
    _ = unsafe linux_send(descriptor, scratch, count, 0)
  }

  /// The other side closed, or the connection broke.
  private mutating func end(_ descriptor: Int32) {
    switch ends[Int(descriptor)].role {
    case .connecting, .awaitingAnswer, .awaitingFrame: fail(descriptor)
    case .awaitingFlight, .awaitingClosing, .awaitingEnd: close(descriptor)
    case .free: break
    }
  }

  private mutating func fail(_ descriptor: Int32) {
    report.failed += 1
    close(descriptor)
  }

  private mutating func close(_ descriptor: Int32) {
    if ends[Int(descriptor)].role.isService { serviceCount -= 1 }
    ends[Int(descriptor)].role = .free
    _ = linux_close(descriptor)
  }
}
