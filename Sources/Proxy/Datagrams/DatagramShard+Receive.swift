internal import Filter
internal import Telemetry
internal import Wire

/// The first room: peers' datagrams are judged.
extension DatagramShard where World: ~Copyable {
  /// Judges the datagrams of the last batch, which came in at `door`, and does what follows.
  mutating func takePeers(_ batchCount: Int, door: Int) {
    counters.add(UInt64(batchCount), to: .accepted)
    for index in 0..<batchCount {
      guard let datagram = network.datagram(index) else {
        count(.refuse, .oversized)
        continue
      }
      switch policy.way {
      case .original: judge(datagram, .original)
      case .fixed(let router): carry(datagram, to: router, door: door)
      }
    }
  }

  private mutating func carry(_ datagram: ArrivedDatagram, to router: Endpoint, door: Int) {
    let slot = flows.find(datagram.source)
    if let slot, flows[slot].stage == .admitted {
      flows.touch(slot, .admitted, now: now)
      return pass(datagram.source, unsafe datagram.bytes, to: router, slot)
    }
    judge(datagram, .flow(router: router, door: door, slot: slot))
  }

  private mutating func judge(_ datagram: ArrivedDatagram, _ path: DatagramPath) {
    let verdict = unsafe gate.arrive(
      datagram.bytes,
      from: datagram.source,
      now: now,
      wallSeconds: wallSeconds,
      answer: answer
    )
    switch verdict {
    case .refuse(let reason):
      count(.refuse, reason)
    case .trial(let reason):
      count(.trial, reason)
      pass(datagram, .trial, path)
    case .admit(let reason):
      count(.admit, reason)
      counters.add(1, to: .flowsAdmitted)
      pass(datagram, .admit, path)
    case .challenge(let bytes, let reason):
      count(.challenge, reason)
      reply(datagram, bytes, path)
    case .reject(let bytes, let reason):
      count(.reject, reason)
      reply(datagram, bytes, path)
    }
  }

  private mutating func pass(
    _ datagram: ArrivedDatagram,
    _ mark: DatagramMark,
    _ path: DatagramPath
  ) {
    switch path {
    case .original: inject(datagram, mark)
    case .flow(let router, let door, let slot):
      open(datagram, mark == .admit ? .admitted : .trial, router: router, door: door, slot)
    }
  }

  /// Sends the gate's own answer, in the router's name, back to where the question came from.
  private mutating func reply(_ datagram: ArrivedDatagram, _ byteCount: Int, _ path: DatagramPath) {
    precondition(byteCount <= answer.count, "an answer longer than its buffer")
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: answer[..<byteCount])
    switch path {
    case .original:
      let outcome = unsafe network.inject(
        bytes,
        from: datagram.destination,
        to: datagram.source,
        .answer
      )
      countUnless(outcome)
    case .flow(_, let door, _):
      countUnless(unsafe network.reply(bytes, to: datagram.source, door: door))
    }
  }
}

/// How one datagram would reach the router.
enum DatagramPath: BitwiseCopyable {
  /// In its sender's name.
  case original
  /// By the flow in `slot`, or a new one.
  case flow(router: Endpoint, door: Int, slot: UInt32?)
}
