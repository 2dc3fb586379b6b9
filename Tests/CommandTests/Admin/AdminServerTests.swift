import Foundation
import Glibc
import Kernel
import Testing
import Wire

@testable import sallyport

/// The admin socket, asked by whoever may come.
@Suite final class AdminServerTests {
  private let directory: TemporaryDirectory
  private let path: String
  private let server: Served
  private var now = Instant(nanoseconds: 1)

  /// Carries the one owner through a class.
  private final class Served {
    var server: AdminServer
    init(_ server: consuming AdminServer) { self.server = server }
    var hasPending: Bool { server.hasPending }
    var pollCount: Int { server.polls.count }
  }

  init() throws {
    directory = try TemporaryDirectory()
    path = directory.path + "/a.sock"
    server = Served(try AdminServer(path: path))
  }

  /// A round of the control thread; what it was asked.
  @discardableResult
  private func round(_ answer: AdminAnswer = .ok("page")) -> [AdminRequest] {
    var asked: [AdminRequest] = []
    server.server.serve(now) { request, _ in
      asked.append(request)
      return answer
    }
    return asked
  }

  private func connect() throws -> LocalSocket {
    try LocalSocket(to: path, waitMilliseconds: 200)
  }

  private static func send(_ text: String, _ socket: borrowing LocalSocket) {
    _ = socket.write(Array(text.utf8)[...])
  }

  private static func receive(_ socket: borrowing LocalSocket) -> String {
    var text: [UInt8] = []
    var chunk = [UInt8](repeating: 0, count: 65_536)
    while case .bytes(let count) = socket.read(into: &chunk) { text += chunk[..<count] }
    return String(decoding: text, as: UTF8.self)
  }

  private func reply(to text: String) throws -> String {
    let socket = try connect()
    Self.send(text, socket)
    for _ in 0..<4 { round() }
    return Self.receive(socket)
  }

  @Test func aRequestGetsItsReply() throws {
    let socket = try connect()
    Self.send("{\"version\":1,\"ask\":{\"metrics\":{}}}\n", socket)
    #expect(round() == [.metrics])
    #expect(Self.receive(socket) == "{\"ok\":\"page\",\"version\":1}\n")
    #expect(!server.hasPending)
  }

  @Test func everyRequestIsReadAsItIsWritten() throws {
    let wish = EntryWish(
      wish: "block",
      network: "198.51.100.0/24",
      seconds: 60,
      reason: "\"quotes\" and ünicode",
      origin: "hand",
      insists: true
    )
    let all: [AdminRequest] = [
      .status, .metrics, .rules, .top(rows: 7), .people, .enter(entry: wish),
      .undo(network: "::1", origin: nil), .undo(network: nil, origin: "x"), .why(address: "::1"),
    ]
    for request in all {
      let line = try JSONEncoder().encode(AdminEnvelope(ask: request))
      let socket = try connect()
      Self.send(String(decoding: line, as: UTF8.self) + "\n", socket)
      #expect(round() == [request])
    }
    #expect(all.filter(\.changes).count == 3)
  }

  @Test(arguments: [
    ("GET / HTTP/1.1\r\n", "malformed"), ("{}\n", "malformed"), ("\n", "malformed"),
    ("{\"version\":1}\n", "malformed"), ("{\"version\":1,\"ask\":{\"reboot\":{}}}\n", "malformed"),
    ("{\"version\":1,\"ask\":{\"top\":{\"rows\":\"many\"}}}\n", "malformed"),
    ("{\"version\":2,\"ask\":{\"status\":{}}}\n", "version"),
    ("{\"version\":1,\"ask\":{\"status\":{}}}\nmore", "malformed"),
    (String(repeating: "[", count: 4_000) + "\n", "malformed"),
    (String(repeating: "x", count: 5_000), "malformed"),
  ])
  func whatIsNoRequestIsRefused(text: String, kind: String) throws {
    let reply = try reply(to: text)
    #expect(reply.contains("\"kind\":\"\(kind)\""), "\(reply)")
    #expect(!server.hasPending)
  }

  @Test func slowRequestsArriveAndSlowerOnesDoNot() throws {
    let line = Array("{\"version\":1,\"ask\":{\"status\":{}}}\n".utf8)
    let slow = try connect()
    var asked: [AdminRequest] = []
    for byte in line {
      _ = slow.write([byte])
      now = now.advanced(byNanoseconds: 10 * Nanoseconds.perMillisecond)
      asked += round()
    }
    #expect(asked == [.status] && Self.receive(slow).contains("\"ok\""))
    let half = try connect()
    Self.send("{\"version\":1,", half)
    round()
    #expect(server.hasPending)
    now = now.advanced(byNanoseconds: 2 * Nanoseconds.perSecond)
    round()
    #expect(!server.hasPending && Self.receive(half).isEmpty)
  }

  @Test func whoLeavesIsForgotten() throws {
    do {
      let gone = try connect()
      Self.send("{\"ver", gone)
      round()
    }
    #expect(round().isEmpty && !server.hasPending)
  }

  /// Silent connections keep others waiting for no longer than they themselves may last.
  @Test func connectionsAreBounded() throws {
    final class Silent {
      var socket: LocalSocket; init(_ socket: consuming LocalSocket) { self.socket = socket }
    }
    let silent = try (0..<AdminBounds.connections).map { _ in Silent(try connect()) }
    for _ in 0..<4 { round() }
    #expect(server.pollCount == AdminBounds.connections)
    let late = try connect()
    Self.send("{\"version\":1,\"ask\":{\"status\":{}}}\n", late)
    #expect(round().isEmpty)
    now = now.advanced(byNanoseconds: 2 * Nanoseconds.perSecond)
    round()
    #expect(round() == [.status] && Self.receive(late).contains("\"ok\""))
    #expect(silent.count == AdminBounds.connections)
  }

  @Test func aReplyThatNobodyTakesIsGivenUp() throws {
    let socket = try connect()
    Self.send("{\"version\":1,\"ask\":{\"metrics\":{}}}\n", socket)
    round(.ok(String(repeating: "x", count: 4_000_000)))
    #expect(server.hasPending)
    now = now.advanced(byNanoseconds: 2 * Nanoseconds.perSecond)
    round()
    #expect(!server.hasPending)
  }

  @Test func anAnswerMayComeLater() throws {
    let socket = try connect()
    Self.send("{\"version\":1,\"ask\":{\"status\":{}}}\n", socket)
    #expect(round(.later) == [.status] && round(.later) == [.status])
    round(.ok("now"))
    #expect(Self.receive(socket) == "{\"ok\":\"now\",\"version\":1}\n")
  }

  @Test func aReplyThatIsTooLongIsRefused() throws {
    let socket = try connect()
    Self.send("{\"version\":1,\"ask\":{\"metrics\":{}}}\n", socket)
    round(.ok(String(repeating: "x", count: AdminBounds.replyBytes)))
    #expect(Self.receive(socket).contains("\"kind\":\"refused\""))
  }
}

/// Who may do what.
@Suite struct AdminAccessTests {
  private let access = AdminAccess(user: 500, group: 600)

  private func kind(_ request: AdminRequest, _ user: UInt32, _ groups: [UInt32]) throws -> String? {
    let peer = LocalPeer(user: user, groups: groups)
    guard case .line(let bytes)? = access.refusal(of: request, by: peer) else { return nil }
    return try JSONDecoder().decode(AdminReply<Bool>.self, from: Data(bytes)).refusal?.kind.rawValue
  }

  @Test func rootAndTheGatesOwnUserMayDoEverything() throws {
    for user: UInt32 in [0, 500] {
      #expect(access.right(of: LocalPeer(user: user, groups: [1])) == .change)
      #expect(try kind(.undo(network: nil, origin: "x"), user, [1]) == nil)
    }
  }

  @Test func theGroupMayLookAndNobodyElseMayAnything() throws {
    #expect(try kind(.status, 7, [5, 600]) == nil && kind(.why(address: "::1"), 7, [600]) == nil)
    #expect(try kind(.undo(network: nil, origin: "x"), 7, [600]) == "forbidden")
    #expect(try kind(.status, 7, [0, 500]) == "forbidden")
    #expect(try kind(.status, 7, []) == "forbidden")
  }
}
