internal import ArgumentParser
internal import Filter
internal import Wire

/// `sallyport-lab handshake`: one handshake with a router, rightly or wrongly.
struct HandshakeCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "handshake",
    abstract: "Shake hands with a router once and say exactly how it ended."
  )

  @Option(help: "The directory with the router's router.info.")
  var routerDirectory: String

  @Option(help: "Where to connect, address:port; default: what the router publishes.")
  var target: String?

  @Option(help: "An address of this host to call from.")
  var source: String?

  @Option(help: "What to speak: ntcp2 or ssu2.")
  var transport = LabTransport.ntcp2

  @Option(help: "What is wrong, of NTCP2: \(Self.faultNames); of SSU2: \(SSU2Fault.names).")
  var fault: String = FirstFlightFault.none.rawValue

  @Option(help: "Seconds that our clock is ahead; negative: behind.")
  var clockOffset: Int64 = 0

  @Option(help: "The network to name; default: the router's own.")
  var network: UInt8?

  @Option(help: "Bytes of padding; default: a random number up to 63.")
  var padding: Int?

  @Option(help: "The hybrid form: 512, 768 or 1024; default: classic.")
  var hybrid: Int?

  @Option(help: "Seconds to wait: NTCP2 for each answer (15), SSU2 in all (as the manner has it).")
  var patience: UInt64?

  @Flag(help: "Send message 1 byte by byte.")
  var byteByByte = false

  @OptionGroup(title: "SSU2 alone")
  var ssu2: SSU2HandshakeArguments

  private static var faultNames: String {
    FirstFlightFault.allCases.map(\.rawValue).joined(separator: ", ")
  }

  func run() throws {
    switch transport {
    case .ntcp2: try runNTCP2()
    case .ssu2: try runSSU2()
    }
  }

  private func runNTCP2() throws {
    let router = try RouterFacts.read(directory: routerDirectory)
    let target = try target.map { try LabArguments.endpoint($0) } ?? router.endpoint
    guard let target else {
      throw ValidationError("The router publishes no address: name one with --target.")
    }
    let result = Initiator.handshake(
      to: target,
      from: try source.map { try LabArguments.address($0) },
      router: router,
      options: try options()
    )
    print(result.report)
    if result.end != .established { throw ExitCode(1) }
  }

  private func options() throws -> HandshakeOptions {
    var options = HandshakeOptions()
    guard let fault = FirstFlightFault(rawValue: fault) else {
      throw ValidationError("--fault \(fault): choose one of \(Self.faultNames).")
    }
    options.firstFlight.fault = fault
    options.firstFlight.clockOffsetSeconds = clockOffset
    options.firstFlight.networkIdentifier = network
    if let padding {
      guard (0...65_535).contains(padding) else {
        throw ValidationError("--padding \(padding): a length from 0 to 65535.")
      }
      options.firstFlight.padding = Primitives.randomBytes(padding)
    }
    switch hybrid {
    case nil: break
    case 512: options.firstFlight.hybrid = .mlkem512
    case 768: options.firstFlight.hybrid = .mlkem768
    case 1024: options.firstFlight.hybrid = .mlkem1024
    case .some(let size): throw ValidationError("--hybrid \(size): choose 512, 768 or 1024.")
    }
    if byteByByte { options.delivery = .byteByByte(pauseNanoseconds: 0) }
    options.patienceNanoseconds = min(patience ?? 15, 3600) * Nanoseconds.perSecond
    return options
  }
}

extension HandshakeResult {
  /// The result for people, one fact a line.
  var report: String {
    var lines = ["end: \(end.report)"]
    func add(_ name: String, _ nanoseconds: UInt64?) {
      guard let nanoseconds else { return }
      lines.append("\(name): \(LabText.milliseconds(nanoseconds))")
    }
    add("connected after", connectedAfterNanoseconds)
    add("message 2 after", messageTwoAfterNanoseconds)
    add("established after", establishedAfterNanoseconds)
    if let messageTwoLength { lines.append("message 2: \(messageTwoLength) bytes") }
    lines.append("sent \(observation.bytesSent), received \(observation.bytesReceived) bytes")
    return lines.joined(separator: "\n")
  }
}

extension HandshakeEnd {
  /// The end in words.
  var report: String {
    switch self {
    case .established: "established"
    case .refused: "refused: nobody listens there"
    case .failed(let error, let stage): "failed at \(stage.rawValue): \(error)"
    case .closed(let form, let stage, let after):
      "closed (\(form.rawValue)) at \(stage.rawValue) after \(LabText.milliseconds(after))"
    case .silence(let stage): "silence at \(stage.rawValue)"
    case .unauthentic(let stage): "an answer that does not belong to us at \(stage.rawValue)"
    case .terminated(let reason): "terminated by the router, reason \(reason)"
    case .left(let stage): "left at \(stage.rawValue)"
    case .answeredHybrid: "answered the hybrid message 1"
    }
  }
}

/// A transport on the lab's command line.
enum LabTransport: String, ExpressibleByArgument {
  case ntcp2, ssu2
}

/// Addresses on the lab's command line.
enum LabArguments {
  /// An endpoint written as `a.b.c.d:port` or `[address]:port`.
  static func endpoint(_ text: String) throws -> Endpoint {
    guard let endpoint = Endpoint(text) else {
      throw ValidationError("\(text): not an address:port; write IPv6 as [address]:port.")
    }
    return endpoint
  }

  /// A bare address.
  static func address(_ text: String) throws -> SourceAddress {
    guard let address = SourceAddress(text) else {
      throw ValidationError("\(text): not an address.")
    }
    return address
  }
}

/// Numbers for people.
enum LabText {
  /// Nanoseconds as milliseconds with two decimals.
  static func milliseconds(_ nanoseconds: UInt64) -> String {
    let hundredths = (nanoseconds + 5_000) / 10_000
    let fraction = hundredths % 100
    return "\(hundredths / 100).\(fraction < 10 ? "0" : "")\(fraction) ms"
  }
}
