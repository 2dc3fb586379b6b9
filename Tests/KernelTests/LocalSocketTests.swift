import Foundation
import Glibc
import Testing
import Wire

@testable import Kernel

/// Unix sockets at a path.
@Suite struct LocalSocketTests {
  private let path = NSTemporaryDirectory() + "s-\(UUID().uuidString.prefix(8)).sock"

  private static func read(_ socket: borrowing LocalSocket) -> String {
    var chunk = [UInt8](repeating: 0, count: 64)
    guard case .bytes(let count) = socket.read(into: &chunk) else { return "" }
    return String(decoding: chunk[..<count], as: UTF8.self)
  }

  @Test func bytesGoBothWaysAndThePeerIsKnown() throws {
    let listener = try LocalListener(at: path)
    let isEarly = Self.isSomebody(listener.accept())
    #expect(!isEarly)
    let client = try LocalSocket(to: path, waitMilliseconds: 1_000)
    guard let server = listener.accept() else {
      Issue.record("nobody to accept")
      return
    }
    #expect(client.write(Array("question".utf8)[...]) == .bytes(8))
    #expect(Self.read(server) == "question")
    var chunk = [UInt8](repeating: 0, count: 8)
    #expect(server.read(into: &chunk) == .wouldBlock)
    let peer = server.peer
    #expect(peer?.user == geteuid() && peer?.groups.contains(getegid()) == true)
    #expect(server.write(Array("answer".utf8)[...]) == .bytes(6))
    #expect(Self.read(client) == "answer")
    server.finishWriting()
    #expect(client.read(into: &chunk) == .ended)
  }

  @Test func ownerAndGroupMayConnectAndNobodyElse() throws {
    let listener = try LocalListener(at: path)
    var status = stat()
    #expect(lstat(path, &status) == 0 && status.st_mode & 0o777 == 0o660)
    #expect(listener.group == status.st_gid)
  }

  @Test func aSocketOfAnEarlierLifeMakesWay() throws {
    let number = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(number, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    #expect(bound == 0)
    close(number)
    let listener = try LocalListener(at: path)
    _ = try LocalSocket(to: path, waitMilliseconds: 1_000)
    #expect(listener.path == path)
  }

  private static func isSomebody(_ socket: consuming LocalSocket?) -> Bool {
    if case .some = socket { true } else { false }
  }

  private static func fault(at path: String) -> Int32? {
    do throws(Errno) {
      _ = try LocalListener(at: path)
      return nil
    } catch {
      return error.rawValue
    }
  }

  @Test func nothingElseIsRemoved() throws {
    do {
      let first = try LocalListener(at: path)
      #expect(Self.fault(at: path) == EADDRINUSE)
      let isAsked = Self.isSomebody(first.accept())
      #expect(isAsked, "the first one was asked whether it is there")
    }
    #expect(access(path, F_OK) != 0, "a listener that goes takes its socket along")
    try Data("precious".utf8).write(to: URL(fileURLWithPath: path))
    defer { unlink(path) }
    #expect(Self.fault(at: path) == EEXIST)
    #expect(try String(contentsOfFile: path, encoding: .utf8) == "precious")
    #expect(Self.fault(at: "/nowhere/at/all.sock") == ENOENT)
    #expect(Self.fault(at: "/" + String(repeating: "x", count: 200)) == ENAMETOOLONG)
  }

  @Test func anotherOnesSocketStaysWhenAListenerGoes() throws {
    do {
      let first = try LocalListener(at: path)
      unlink(path)
      try Data("new".utf8).write(to: URL(fileURLWithPath: path))
      #expect(first.path == path)
    }
    #expect(access(path, F_OK) == 0)
    unlink(path)
  }
}
