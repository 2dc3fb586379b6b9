import Foundation
import Glibc
import PrivateJournal
import Telemetry
import Testing
import Wire

/// Stands in for the journal: a socket at its path, in a mount namespace of one thread. A real
/// journal is in `JournaldTests`.
private enum StandInJournal {
  static let path = "/run/systemd/journal/socket"

  /// Runs `body` where the journal's socket is the one handed in.
  ///
  /// Returns nil where this process may not have a mount namespace.
  static func run<Value: Sendable>(_ body: @escaping @Sendable (Int32) -> Value) -> Value? {
    PrivateRun.run {
      let folder = URL(filePath: path).deletingLastPathComponent()
      try? FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
      guard let socket = listen(at: path) else { return nil }
      defer { close(socket) }
      return body(socket)
    } ?? nil
  }

  /// A datagram socket bound to `path`.
  static func listen(at path: String) -> Int32? {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
    let bound = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
      }
    }
    return bound == 0 ? descriptor : nil
  }

  /// The next datagram as text; nil when none waits.
  static func receive(_ socket: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(socket, &bytes, bytes.count, Int32(MSG_DONTWAIT))
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }
}

@Suite(.serialized) struct JournalSocketTests {
  @Test(.enabled(if: PrivateRun.isPossible, "needs root: the journal's socket has a fixed path"))
  func entriesReachTheJournalWithAllFields() throws {
    let text = StandInJournal.run { socket in
      var journal = Journal(destination: .journal)
      journal.write(.reloadFailed(file: "a\nb", line: 3, problem: "x"), at: Instant(nanoseconds: 0))
      return StandInJournal.receive(socket)
    }
    let lines = try #require(text ?? nil).split(separator: "\n")
    #expect(lines.contains("MESSAGE_ID=2ffd456c60788a8d760b0848ecfc13bb"))
    #expect(lines.contains("PRIORITY=3"))
    #expect(lines.contains("SYSLOG_IDENTIFIER=sallyport"))
    #expect(lines.contains("SALLYPORT_FILE=a?b"))
    #expect(lines.contains("SALLYPORT_LINE=3"))
  }

  @Test func theServiceManagerHearsEverything() throws {
    #expect(ServiceManager.ready(status: "x") == .unsupervised)
    #expect(ServiceManager.watchdogNanoseconds == nil)
    let path = "\(FileManager.default.temporaryDirectory.path)/sallyport-\(getpid()).notify"
    let socket = try #require(StandInJournal.listen(at: path))
    defer {
      close(socket)
      unlink(path)
      unsetenv("NOTIFY_SOCKET")
      unsetenv("WATCHDOG_USEC")
    }
    setenv("NOTIFY_SOCKET", path, 1)
    setenv("WATCHDOG_USEC", "3000000", 1)
    #expect(ServiceManager.watchdogNanoseconds == 3 * Nanoseconds.perSecond)
    #expect(ServiceManager.ready(status: "two\nlines") == .delivered)
    #expect(StandInJournal.receive(socket) == "READY=1\nSTATUS=two?lines")
    ServiceManager.reloading(at: Instant(nanoseconds: 5_000_999))
    #expect(StandInJournal.receive(socket) == "RELOADING=1\nMONOTONIC_USEC=5000")
    ServiceManager.status("open")
    #expect(StandInJournal.receive(socket) == "STATUS=open")
    ServiceManager.watchdog()
    #expect(StandInJournal.receive(socket) == "WATCHDOG=1")
    ServiceManager.stopping()
    #expect(StandInJournal.receive(socket) == "STOPPING=1")
  }
}
