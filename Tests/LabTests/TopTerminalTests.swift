import Foundation
import Glibc
import Kernel
import Testing
import Wire

@testable import Lab

/// `sallyport top` on a terminal: one of the kernel's own, of 80 columns and 24 rows.
@Suite(
  .serialized,
  .enabled(
    if: (try? OwnProgram.sibling("sallyport")) != nil && (try? Toolbox.found()) != nil,
    "needs the gate's program beside the tests, and the tools that start it"
  )
)
struct TopTerminalTests {
  /// A terminal with `top` on it.
  private final class Terminal {
    private static let waitNanoseconds = 20 * Nanoseconds.perSecond

    let master: Int32
    private let slave: Int32
    private let process = Process()
    private(set) var shown = ""

    init(_ gate: LabGate, environment: [String: String] = [:]) throws {
      var (master, slave): (Int32, Int32) = (-1, -1)
      var size = winsize(ws_row: 24, ws_col: 80, ws_xpixel: 0, ws_ypixel: 0)
      #expect(openpty(&master, &slave, nil, nil, &size) == 0)
      (self.master, self.slave) = (master, slave)
      _ = fcntl(master, F_SETFL, O_NONBLOCK)
      process.executableURL = URL(fileURLWithPath: try OwnProgram.sibling("sallyport"))
      process.arguments = ["top", "--every", "1", "--config", gate.configurationPath]
      process.environment = ["TERM": "xterm", "PATH": "/usr/bin"].merging(environment) { $1 }
      let handle = FileHandle(fileDescriptor: slave, closeOnDealloc: false)
      process.standardInput = handle
      process.standardOutput = handle
      process.standardError = handle
      try process.run()
    }

    deinit {
      if process.isRunning { kill(process.processIdentifier, SIGKILL) }
      close(master)
      close(slave)
    }

    /// Whether keys are shown and lines are read whole, as a shell expects it.
    var isAsBefore: Bool {
      var settings = termios()
      tcgetattr(slave, &settings)
      let wanted = tcflag_t(ECHO | ICANON)
      return settings.c_lflag & wanted == wanted
    }

    func type(_ text: String) {
      shown = ""
      _ = write(master, text, text.utf8.count)
    }

    func signal(_ number: Int32) { kill(process.processIdentifier, number) }

    func resize(columns: UInt16, rows: UInt16) {
      var size = winsize(ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0)
      shown = ""
      _ = ioctl(master, UInt(TIOCSWINSZ), &size)
      signal(SIGWINCH)
    }

    /// Waits until the terminal has shown `text`.
    func shows(_ text: String) -> Bool {
      Pause.until(timeoutNanoseconds: Self.waitNanoseconds) {
        drain()
        return shown.contains(text)
      }
    }

    /// Waits for the end; the exit status.
    func end() -> Int32? {
      let isOver = Pause.until(timeoutNanoseconds: Self.waitNanoseconds) {
        drain()
        return !process.isRunning
      }
      drain()
      return isOver ? process.terminationStatus : nil
    }

    private func drain() {
      var chunk = [UInt8](repeating: 0, count: 65_536)
      while case let count = read(master, &chunk, chunk.count), count > 0 {
        shown += String(decoding: chunk[..<count], as: UTF8.self)
      }
    }
  }

  private static let leaves = "\u{1b}[?1049l"

  @Test func keysWorkAndTheTerminalComesBack() throws {
    try AdminTests.withGate { gate, endpoint, router in
      #expect(try AdminTests.isAdmitted(gate, endpoint, router, from: 9))
      let terminal = try Terminal(gate)
      #expect(terminal.shows("CAME*") && terminal.shows("127.2.0.9"), "\(terminal.shown)")
      #expect(terminal.shown.contains("\u{1b}[?1049h") && !terminal.isAsBefore)
      // A frame is as many lines as the terminal has, none of them cleared before it is drawn.
      #expect(!terminal.shown.contains("\u{1b}[2J"))
      terminal.type("n")
      #expect(terminal.shows("127.2.0.0/24"))
      terminal.type("nb")
      #expect(terminal.shows("Block 127.2.0.9 for: 1h_"))
      terminal.type("\rby hand\r")
      #expect(terminal.shows("it overlaps 127.0.0.0/8"), "\(terminal.shown)")
      terminal.type("w")
      #expect(terminal.shows("said nothing of it"))
      terminal.type("x")
      terminal.resize(columns: 100, rows: 12)
      #expect(terminal.shows("CAME*"))
      terminal.type("q")
      #expect(terminal.end() == 0 && terminal.shown.contains(Self.leaves) && terminal.isAsBefore)
    }
  }

  @Test(arguments: [SIGINT, SIGTERM, SIGHUP])
  func signalsGiveTheTerminalBack(signal: Int32) throws {
    try AdminTests.withGate { gate, _, _ in
      let terminal = try Terminal(gate, environment: ["NO_COLOR": "1"])
      #expect(terminal.shows("CAME*"))
      #expect(!terminal.shown.contains("\u{1b}[7m") && !terminal.shown.contains("\u{1b}[1m"))
      terminal.signal(signal)
      #expect(terminal.end() == 0 && terminal.shown.contains(Self.leaves) && terminal.isAsBefore)
    }
  }

  @Test func aGateThatGoesIsNoEnd() throws {
    try AdminTests.withGate { gate, _, _ in
      let terminal = try Terminal(gate)
      #expect(terminal.shows("CAME*"))
      gate.kill()
      #expect(terminal.shows("no gate answers at"), "\(terminal.shown)")
      terminal.type("q")
      #expect(terminal.end() == 0 && terminal.isAsBefore)
    }
  }
}
