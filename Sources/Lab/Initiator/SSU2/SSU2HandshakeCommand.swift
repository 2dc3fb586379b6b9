internal import ArgumentParser
internal import Wire

/// What `sallyport-lab handshake` may be told of SSU2 alone.
struct SSU2HandshakeArguments: ParsableArguments {
  @Option(help: "Whose manner we have: \(SSU2Manner.names).")
  var manner: String = SSU2Manner.i2pd.rawValue

  @Option(help: "A token of an earlier session, decimal: SessionRequest comes first.")
  var token: UInt64?

  @Option(help: "The port to call from, with --source.")
  var sourcePort: UInt16 = 0

  @Option(help: "Bytes of padding in SessionConfirmed; 900 make it two datagrams.")
  var confirmedPadding: Int?

  @Option(help: "Seconds to ask the established session for signs of life, one a second.")
  var converse: UInt64 = 0

  /// The options of one handshake.
  func options() throws -> SSU2HandshakeOptions {
    var options = SSU2HandshakeOptions()
    guard let manner = SSU2Manner(rawValue: manner) else {
      throw ValidationError("--manner \(self.manner): choose one of \(SSU2Manner.names).")
    }
    options.manner = manner
    options.cachedToken = token
    if let confirmedPadding {
      guard (0...1200).contains(confirmedPadding) else {
        throw ValidationError("--confirmed-padding \(confirmedPadding): from 0 to 1200.")
      }
      options.confirmedPaddingCount = confirmedPadding
    }
    if converse > 0 {
      options.farewell = .converse(
        nanoseconds: min(converse, 86_400) * Nanoseconds.perSecond,
        intervalNanoseconds: Nanoseconds.perSecond
      )
    }
    return options
  }
}

extension HandshakeCommand {
  /// One SSU2 handshake.
  func runSSU2() throws {
    let router = try SSU2RouterFacts.read(directory: routerDirectory)
    let target = try target.map { try LabArguments.endpoint($0) } ?? router.endpoint
    guard let target else {
      throw ValidationError("The router publishes no SSU2 address: name one with --target.")
    }
    var options = try ssu2.options()
    guard let fault = SSU2Fault(rawValue: fault) else {
      throw ValidationError("--fault \(fault): choose one of \(SSU2Fault.names).")
    }
    options.fault = fault
    options.clockOffsetSeconds = clockOffset
    options.patienceNanoseconds = patience.map { min($0, 3600) * Nanoseconds.perSecond }
    let source = try source.map {
      Endpoint(address: try LabArguments.address($0), port: ssu2.sourcePort)
    }
    let named = network.map { network in
      SSU2RouterFacts(
        hash: router.hash,
        staticKey: router.staticKey,
        introductionKey: router.introductionKey,
        endpoint: router.endpoint,
        networkIdentifier: network
      )
    }
    let result = SSU2Initiator.handshake(
      to: target,
      from: source,
      router: named ?? router,
      options: options
    )
    print(result.report)
    if result.end != .established { throw ExitCode(1) }
  }
}

extension SSU2HandshakeResult {
  /// The result for people, one fact a line.
  var report: String {
    var lines = ["end: \(end.report)"]
    func add(_ name: String, _ nanoseconds: UInt64?, _ bytes: Int?) {
      guard let nanoseconds else { return }
      let size = bytes.map { ", \($0) bytes" } ?? ""
      lines.append("\(name) after: \(LabText.milliseconds(nanoseconds))\(size)")
    }
    add("Retry", retryAfterNanoseconds, retryLength)
    add("SessionCreated", createdAfterNanoseconds, createdLength)
    add("established", establishedAfterNanoseconds, nil)
    if !retryTokens.isEmpty {
      lines.append("tokens: \(retryTokens.map { "\($0)" }.joined(separator: ", "))")
    }
    if let newToken { lines.append("token for the next session: \(newToken)") }
    if let observedAddress { lines.append("the router sees us at \(observedAddress)") }
    if redialCount > 0 { lines.append("redials: \(redialCount)") }
    if challengeCount > 0 {
      lines.append("signs of life: \(responseCount) of \(challengeCount)")
    }
    lines.append(
      "sent \(sentCount) datagrams, \(sentBytes) bytes; received \(receivedCount), "
        + "\(receivedBytes) bytes, not ours \(strangeCount)"
    )
    return lines.joined(separator: "\n")
  }
}

extension SSU2HandshakeEnd {
  /// The end in words.
  var report: String {
    switch self {
    case .established: "established"
    case .rejected(let reason, let stage):
      "rejected by a Retry without a token, reason \(reason), at \(stage.rawValue)"
    case .secondRetry: "a second Retry with another token"
    case .terminated(let reason): "terminated by the router, reason \(reason)"
    case .silence(let stage): "silence at \(stage.rawValue)"
    case .refused(let stage): "refused at \(stage.rawValue): nobody listens there"
    case .failed(let error, let stage): "failed at \(stage.rawValue): \(error)"
    case .left(let stage): "left at \(stage.rawValue)"
    }
  }
}
