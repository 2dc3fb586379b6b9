internal import Filter
internal import Kernel
internal import Telemetry
internal import Wire

/// The first room: peers' datagrams are judged.
extension DatagramShard where World: ~Copyable {
  /// Judges the datagrams of the last batch, which came in at `door`, and does what follows.
  mutating func takePeers(_ batchCount: Int, door: Int) {
    for index in 0..<batchCount {
      let datagram = network.datagram(index)
      switch policy.way {
      case .original(let marks):
        // The kernel's rules are probed through this address: no peer comes from it.
        if datagram.source.address.isLoopback { continue }
        judge(datagram, .original(marks))
      case .fixed(let router):
        carry(datagram, to: router, door: door)
      }
    }
  }

  private mutating func carry(_ datagram: Datagram, to router: Endpoint, door: Int) {
    var slot = flows.find(datagram.source)
    // A block ends flows as well, where the gate carries them.
    if let open = slot, people.verdict(of: datagram.source.address) == .blocked {
      flows.remove(open)
      slot = nil
    }
    if let slot, flows[slot].stage == .admitted {
      flows.touch(slot, .admitted, now: now)
      return unsafe pass(datagram.bytes, slot)
    }
    judge(datagram, .flow(router: router, door: door, slot: slot))
  }

  private mutating func judge(_ datagram: Datagram, _ path: DatagramPath) {
    counters.add(1, to: .accepted)
    guard !datagram.isTruncated else { return refuse(datagram, .oversized) }
    let wish = people.verdict(of: datagram.source.address)
    guard wish != .blocked else { return refuse(datagram, .blocked) }
    let verdict = unsafe gate.arrive(
      datagram.bytes,
      from: datagram.source,
      isAllowed: wish == .allowed,
      now: now,
      wallSeconds: wallSeconds,
      answer: answer
    )
    count(verdict.verdict, verdict.reason)
    busy?.noteArrival(datagram.source.address, verdict.verdict, verdict.reason, now: now)
    switch verdict {
    case .refuse: break
    case .trial: pass(datagram, .trial, path)
    case .admit: pass(datagram, .admitted, path)
    case .challenge(let byteCount, _), .reject(let byteCount, _):
      reply(datagram, byteCount, path)
    }
  }

  private func refuse(_ datagram: Datagram, _ reason: Reason) {
    count(.refuse, reason)
    busy?.noteArrival(datagram.source.address, .refuse, reason, now: now)
  }

  private mutating func pass(_ datagram: Datagram, _ stage: FlowStage, _ path: DatagramPath) {
    if stage == .admitted { counters.add(1, to: .flowsAdmitted) }
    switch path {
    case .original(let marks):
      unsafe inject(
        datagram.bytes,
        from: datagram.source,
        to: datagram.originalDestination,
        stage == .admitted ? marks.admit : marks.trial
      )
      counters.add(UInt64(unsafe datagram.bytes.count), to: .bytesToRouter)
    case .flow(let router, let door, let slot):
      open(datagram, stage, router: router, door: door, slot)
    }
  }

  /// Sends the gate's own answer, in the router's name, back to where the question came from.
  private mutating func reply(_ datagram: Datagram, _ byteCount: Int, _ path: DatagramPath) {
    precondition(byteCount <= DatagramBounds.answerBytes, "an answer longer than its buffer")
    let bytes = unsafe UnsafeRawBufferPointer(rebasing: answer[..<byteCount])
    switch path {
    case .original(let marks):
      unsafe inject(
        bytes,
        from: datagram.originalDestination,
        to: datagram.source,
        marks.answer
      )
    case .flow(_, let door, _):
      let dispatch = unsafe network.reply(bytes, to: datagram.source, door: door)
      if dispatch != .sent { countLost(1) }
    }
  }

  /// Sends a datagram in the name of its first sender; the mark tells the kernel what is to become
  /// of the flow.
  mutating func inject(
    _ bytes: UnsafeRawBufferPointer,
    from source: Endpoint,
    to destination: Endpoint,
    _ mark: PacketMark
  ) {
    unsafe network.inject(bytes, from: source, to: destination, mark: mark)
  }
}

/// How one datagram would reach the router.
enum DatagramPath {
  /// In its sender's name.
  case original(DatagramMarks)
  /// By the flow in `slot`, or a new one.
  case flow(router: Endpoint, door: Int, slot: UInt32?)
}
