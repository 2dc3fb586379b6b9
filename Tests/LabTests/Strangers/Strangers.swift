import Filter
import Kernel
import Wire

@testable import Lab

/// Every stranger that a router on the public network meets, and those who look for a guard.
enum Strangers {
  /// All of them.
  static var all: [Stranger] {
    silent + random + leaving + otherProtocols + wrongFlights + rightFlights + different
  }

  /// Those whom Java I2P closes at once or at its sweep, as it draws: it reads 0 to 127 bytes more
  /// after 64 that it cannot prove.
  static let drawnByJava: Set<String> = [
    "64 random bytes", "65 random bytes", "100 random bytes",
    "64 random bytes, then one after the other", "60 random bytes, then one after the other",
    "40 and 40 random bytes", "Stratum, long", "HTTP, long", "HTTP in two writes of 40 bytes",
    "wrongRouterHash", "wrongInitializationVector", "wrongStaticKey", "brokenFrame",
    "wrongRouterHash, padded", "wrongInitializationVector, padded", "wrongStaticKey, padded",
    "brokenFrame, padded", "wrong flight in pieces",
  ]

  /// Forty of whom Java I2P closes three quarters at once: half of them for the highest bit of the
  /// key, and half of the others by the bytes it reads on.
  static var drawn: [Stranger] {
    (0..<40).map { _ in Stranger("127 random bytes", [.write(random(127))]) }
  }

  private static func random(_ count: Int) -> [UInt8] { Primitives.randomBytes(count) }

  /// Those who never send a whole first flight.
  static var silent: [Stranger] {
    [Stranger("nothing", [])]
      + [1, 10, 63].map { Stranger("\($0) random bytes", [.write(random($0))]) }
  }

  /// Those who send random bytes.
  static var random: [Stranger] {
    let sizes = [64, 65, 100, 300, 2_000, 20_000]
    let dribble = (0..<8).flatMap { _ in [StrangerStep.pause(150), .write(random(1))] }
    return sizes.map { Stranger("\($0) random bytes", [.write(random($0))]) } + [
      Stranger("64 random bytes, then one after the other", [.write(random(64))] + dribble),
      Stranger(
        "60 random bytes, then one after the other",
        [.write(random(60))] + dribble
      ),
      Stranger("40 and 40 random bytes", [.write(random(40)), .pause(300), .write(random(40))]),
    ]
  }

  /// Who half-closes and leaves bytes unread. The router shuts down, then closes: a reset follows
  /// unless the peer's last acknowledgement comes between the two, which takes microseconds. Over
  /// the lab's wire without length it may; over a real one it can't.
  static let raced: Set<String> = ["100 random bytes, half-closed"]

  /// Those who leave.
  static var leaving: [Stranger] {
    [0, 10, 63, 64, 100].map {
      Stranger("\($0) random bytes, half-closed", [.write(random($0)), .finishSending])
    } + [
      Stranger(
        "10 random bytes, half-closed later",
        [.write(random(10)), .pause(300), .finishSending]
      ),
      Stranger("connect and close", [.close]),
      Stranger("connect and reset", [.reset]),
      Stranger("10 random bytes, then close", [.write(random(10)), .pause(200), .close]),
      Stranger("10 random bytes, then reset", [.write(random(10)), .pause(200), .reset]),
    ]
  }

  /// Those who take the port for something else.
  static var otherProtocols: [Stranger] {
    let words: [(String, String)] = [
      ("Stratum, short", #"{"id":1,"method":"mining.subscribe"}"# + "\n"),
      (
        "Stratum, long",
        #"{"id":1,"jsonrpc":"2.0","method":"login","params":{"login":"4A","pass":"x"#
          + #"","agent":"XMRig/6.21.0 (Linux x86_64)"}}"# + "\n"
      ),
      ("HTTP, short", "GET / HTTP/1.0\r\n\r\n"),
      (
        "HTTP, long",
        "GET / HTTP/1.1\r\nHost: router.example\r\nUser-Agent: curl/8.5.0\r\nAccept: */*\r\n\r\n"
      ),
      ("SSH", "SSH-2.0-OpenSSH_9.2\r\n"),
    ]
    let hello: [UInt8] = [0x16, 3, 1, 2, 0, 1, 0, 1, 0xfc, 3, 3]
    return words.map { Stranger($0.0, [.write([UInt8]($0.1.utf8))]) } + [
      Stranger("TLS, short", [.write(hello + random(20))]),
      Stranger("TLS, long", [.write(hello + random(506))]),
      Stranger(
        "HTTP, short, half-closed",
        [.write([UInt8]("GET / HTTP/1.0\r\n\r\n".utf8)), .finishSending]
      ),
      Stranger(
        "HTTP in two writes of 40 bytes",
        [
          .write([UInt8]("GET /aaaaaaaaaaaaaaaaaaaaaaaaa HTTP/1.1\r\n".utf8.prefix(40))),
          .pause(300), .write(random(40)),
        ]
      ),
    ]
  }

  /// Those who know the router and get something wrong.
  static var wrongFlights: [Stranger] {
    let faults: [FirstFlightFault] = [
      .wrongRouterHash, .wrongInitializationVector, .wrongStaticKey, .highBitSet, .brokenFrame,
    ]
    return faults.flatMap { fault in
      [
        Stranger(flight: "\(fault)") { $0.fault = fault },
        Stranger(flight: "\(fault), padded") {
          $0.fault = fault
          $0.padding = random(30)
        },
      ]
    } + [
      Stranger(flight: "wrong version") { $0.version = 3 },
      Stranger(flight: "wrong network") { $0.networkIdentifier = 98 },
      Stranger(flight: "wrong network, padded") {
        $0.networkIdentifier = 98
        $0.padding = random(30)
      },
      Stranger(flight: "message 3 of 15 bytes announced") { $0.declaredMessageThreeLength = 15 },
      Stranger(flight: "padding too long announced") { $0.declaredPaddingLength = 300 },
      Stranger(flight: "padding too long") { $0.padding = random(300) },
      Stranger(flight: "padding that never comes") { $0.declaredPaddingLength = 20 },
      Stranger(flight: "half of the padding, half-closed", then: [.pause(200), .finishSending]) {
        $0.padding = random(10)
        $0.declaredPaddingLength = 20
      },
      Stranger(flight: "classic flight of hybrid size", { $0.hybrid = .mlkem768 }),
    ]
  }

  /// Those who get message 1 right, and go no further or go wrong later.
  static var rightFlights: [Stranger] {
    [
      Stranger(flight: "right flight, then silence") { $0.padding = random(20) },
      Stranger(flight: "right flight, half-closed", then: [.finishSending]) { _ in },
      Stranger(flight: "right flight, half-closed later", then: [.pause(300), .finishSending]) {
        _ in
      },
      Stranger(flight: "right flight, message 3 broken", then: [.pause(300), .write(random(948))]) {
        _ in
      },
      Stranger(
        flight: "right flight, message 3 broken, more behind",
        then: [.pause(300), .write(random(948 + 100))]
      ) { _ in },
      Stranger(flight: "right flight, half of message 3", then: [.pause(300), .write(random(400))])
      {
        _ in
      },
      Stranger(flight: "padding that comes late", then: [.pause(400), .write(random(20))]) {
        $0.declaredPaddingLength = 20
      },
      Stranger(flight: "clock 100 s behind") { $0.clockOffsetSeconds = -100 },
      Stranger(flight: "clock 100 s ahead, padded") {
        $0.clockOffsetSeconds = 100
        $0.padding = random(30)
      },
      Stranger("right flight in pieces") { router in
        let flight = Stranger.flight(router) { $0.padding = random(20) }
        let cuts = [0, 1, 32, 64, 70, flight.count]
        let pieces = zip(cuts, cuts.dropFirst()).flatMap { from, to in
          [StrangerStep.write([UInt8](flight[from..<to])), .pause(100)]
        }
        return (nil, pieces)
      },
      Stranger("wrong flight in pieces") { router in
        let flight = Stranger.flight(router) { $0.fault = .brokenFrame }
        return (
          nil,
          [.write([UInt8](flight.prefix(33))), .pause(200), .write([UInt8](flight.dropFirst(33)))]
        )
      },
    ]
  }

  /// Those for whom a gate may be stricter than a router.
  static var different: [Stranger] {
    [
      Stranger("replayed flight") {
        let flight = Stranger.flight($0)
        return (Companion(sharesAddress: false, bytes: flight), [.write(flight)])
      },
      Stranger(flight: "bytes behind the flight") { $0.extraByteCount = 10 },
      Stranger(flight: "many bytes behind the flight") { $0.extraByteCount = 500 },
      Stranger("second connection of an address") { _ in
        (Companion(sharesAddress: true, bytes: []), [])
      },
      Stranger(flight: "zero key") { $0.fault = .zeroKey },
      Stranger(flight: "key of low order") { $0.fault = .lowOrderKey },
      Stranger(flight: "message 3 of 100 bytes announced") {
        $0.declaredMessageThreeLength = 100
      },
      Stranger(flight: "message 3 of 5000 bytes announced") {
        $0.declaredMessageThreeLength = 5_000
      },
      Stranger(flight: "message 3 of 65535 bytes announced") {
        $0.declaredMessageThreeLength = 65_535
      },
    ]
  }
}

/// What a stranger may see of the guard, and why that is meant.
enum IntendedDifferences {
  /// Before i2pd 2.45.1.
  static let i2pd: [String: String] = [
    "replayed flight": "a replayed flight is no peer's; i2pd has no memory of them",
    "bytes behind the flight": "no peer speaks before the answer; i2pd takes them for message 3",
    "many bytes behind the flight": "as above, refused for its size before the proof",
    "second connection of an address":
      "two peers may share an address (carrier NAT): the gate lets the second one wait",
    "zero key": "the specification forbids it; i2pd does not look",
    "key of low order": "as the zero key: the proof is worth nothing",
    "message 3 of 100 bytes announced": "too short for any RouterInfo; i2pd takes it",
    "message 3 of 65535 bytes announced": "i2pd allocates what is announced, before any message 3",
  ]

  /// Before Java I2P.
  static let java: [String: String] = [
    "key of low order": "the proof is worth nothing; Java I2P looks for the zero key alone",
    "message 3 of 5000 bytes announced": "Java I2P answers, and has no room for it then",
    "padding too long":
      "refused for its size before the proof, as garbage; Java I2P hangs on what it proves",
  ]
}
