import Kernel
import Telemetry
import Testing
import Wire

@testable import sallyport

/// Whether the router is there, by what the kernel and its own answers tell.
@Suite struct RouterPresenceTests {
  private static let place = Endpoint(address: SourceAddress(ipv4: 0x0b00_0001), port: 17_654)

  private static func at(_ seconds: UInt64) -> Instant {
    Instant(nanoseconds: (1_000 + seconds) * Nanoseconds.perSecond)
  }

  private static func away(_ seconds: UInt64) -> RouterReport.State {
    .away(nanoseconds: seconds * Nanoseconds.perSecond)
  }

  private static func numbers(answers: Int) -> Snapshot {
    let board = CounterBoard(layout: VerdictWords.names.layout)
    let writer = board.makeWriter()
    for _ in 0..<answers { writer.record(.routerAnswer, nanoseconds: 1) }
    return board.snapshot()
  }

  @Test func whoListensIsThereAndWhoDoesNotIsAway() {
    var presence = RouterPresence(.ssu2)
    #expect(presence.report(refusingSince: nil, at: Self.at(0)) == RouterReport())
    #expect(presence.saw(.somebody(inodes: [7]), at: Self.at(1)) == nil)
    #expect(presence.report(refusingSince: nil, at: Self.at(1)).state == .up)
    guard
      case .routerUnreachable("ssu2", _)? = presence.saw(.nobody(at: Self.place), at: Self.at(5))
    else {
      Issue.record("nobody was told")
      return
    }
    #expect(presence.saw(.nobody(at: Self.place), at: Self.at(6)) == nil)
    let gone = presence.report(refusingSince: nil, at: Self.at(9))
    #expect(gone == RouterReport(state: Self.away(4), listener: .nobody))
    let back = presence.saw(.somebody(inodes: [8]), at: Self.at(11))
    #expect(
      back == .routerBack(transport: "ssu2", awayNanoseconds: 6 * Nanoseconds.perSecond)
    )
    #expect(presence.report(refusingSince: nil, at: Self.at(11)).state == .up)
  }

  @Test func aRefusalEndsWithANewListenerAlone() {
    var presence = RouterPresence(.ntcp2)
    _ = presence.saw(.somebody(inodes: [7]), at: Self.at(1))
    // The same socket listens as before: what refused may refuse again.
    _ = presence.saw(.somebody(inodes: [7]), at: Self.at(20))
    #expect(presence.report(refusingSince: Self.at(10), at: Self.at(20)).state == Self.away(10))
    // The router was started anew between two looks.
    _ = presence.saw(.somebody(inodes: [8]), at: Self.at(21))
    #expect(presence.report(refusingSince: Self.at(10), at: Self.at(21)).state == .up)
    #expect(presence.report(refusingSince: Self.at(22), at: Self.at(25)).state == Self.away(3))
  }

  @Test func whereNoListenerShowsOnlyAnAnswerTells() {
    var presence = RouterPresence(.ntcp2)
    _ = presence.saw(.unknown, at: Self.at(0))
    presence.counted(Self.numbers(answers: 0), at: Self.at(1), wallSeconds: 11)
    #expect(presence.report(refusingSince: nil, at: Self.at(1)) == RouterReport())
    presence.counted(Self.numbers(answers: 1), at: Self.at(2), wallSeconds: 12)
    presence.counted(Self.numbers(answers: 1), at: Self.at(60), wallSeconds: 70)
    let answers = presence.report(refusingSince: nil, at: Self.at(61))
    #expect(answers == RouterReport(state: .up, answeredWallSeconds: 12))
    #expect(presence.report(refusingSince: Self.at(61), at: Self.at(62)).state == Self.away(1))
    let silent = presence.report(refusingSince: nil, at: Self.at(400))
    #expect(silent == RouterReport(answeredWallSeconds: 12))
  }

  /// Where packets are led on by rules of the host, nobody listens and the router is reached.
  @Test func anAnswerCountsMoreThanThatNobodyListens() {
    var presence = RouterPresence(.ntcp2)
    _ = presence.saw(.nobody(at: Self.place), at: Self.at(1))
    #expect(presence.report(refusingSince: nil, at: Self.at(2)).state == Self.away(1))
    presence.counted(Self.numbers(answers: 1), at: Self.at(3), wallSeconds: 13)
    #expect(presence.report(refusingSince: nil, at: Self.at(4)).state == .up)
  }

  @Test func aLookSaysNoMoreThanTheTableDoes() throws {
    let here = Endpoint(address: SourceAddress(ipv4: 0x7f00_0001), port: 5)
    let elsewhere = Self.place
    let sockets = Reading.known([ListeningSocket(endpoint: here, inode: 7)])
    func look(_ sockets: Reading<[ListeningSocket]>, _ places: [Endpoint]) -> ListenerLook {
      ListenerLook(sockets, at: places, own: [])
    }
    #expect(look(sockets, [here]) == .somebody(inodes: [7]))
    #expect(look(.known([]), [here]) == .nobody(at: here))
    #expect(look(.unreadable("no"), [here]) == .unknown)
    #expect(look(.absent, [here]) == .unknown)
    #expect(look(sockets, [here, elsewhere]) == .unknown)
    #expect(look(.known([]), [elsewhere, here]) == .nobody(at: here))
    #expect(
      ListenerLook(sockets, at: [elsewhere], own: [elsewhere.address]) == .nobody(at: elsewhere)
    )
  }

  /// Sockets of this process, at an address that no other test uses.
  private static let here = SourceAddress(ipv4: 0x7f53_0c07)

  /// How the router is to a gate of `transport` in front of `port`, look by look.
  private struct Looks {
    private var sight: RouterSight
    private var second: UInt64 = 0

    init(_ transport: Transport, port: UInt16) {
      var gate = GateSettings(transport: transport, endpoint: RouterPresenceTests.place)
      gate.mode = .proxy(upstream: Endpoint(address: RouterPresenceTests.here, port: port))
      sight = RouterSight([gate], now: RouterPresenceTests.at(0))
    }

    mutating func next() -> RouterReport? {
      second += 1
      let now = RouterPresenceTests.at(second)
      _ = sight.look(at: now, wallSeconds: second) { _ in
        Snapshot(layout: VerdictWords.names.layout)
      }
      return sight.reports(refusing: [], at: now).first?.router
    }
  }

  /// What is seen before, while and after `open` has a socket that listens, and once more while it
  /// has one at the same port again.
  private static func follow<Socket: ~Copyable>(
    _ transport: Transport,
    _ open: (UInt16) throws -> Socket,
    port portOf: (borrowing Socket) -> UInt16?
  ) throws -> [RouterReport?] {
    let first = try open(0)
    let found = portOf(first)
    let port = try #require(found)
    var looks = Looks(transport, port: port)
    var seen = [looks.next()]
    _ = consume first
    seen += [looks.next(), looks.next()]
    let second = try open(port)
    seen.append(looks.next())
    _ = consume second
    return seen
  }

  /// Up, away since a moment, and up again.
  private static let course = [
    RouterReport(state: .up, listener: .somebody),
    RouterReport(state: away(0), listener: .nobody),
    RouterReport(state: away(1), listener: .nobody),
    RouterReport(state: .up, listener: .somebody),
  ]

  @Test func aListenerOfConnectionsGoesAndComesBack() throws {
    let seen = try Self.follow(.ntcp2) { port in
      try Listener(on: Endpoint(address: Self.here, port: port), isTransparent: false)
    } port: {
      $0.localEndpoint()?.port
    }
    #expect(seen == Self.course)
  }

  @Test func aSocketOfDatagramsGoesAndComesBack() throws {
    let seen = try Self.follow(.ssu2) { port in
      try DatagramSocket(on: Endpoint(address: Self.here, port: port), .direct, lengths: 0...1_500)
    } port: {
      $0.localEndpoint()?.port
    }
    #expect(seen == Self.course)
  }
}
