internal import Glibc
internal import Kernel

/// The terminal while a program draws on it: keys come one by one, and what stood on the screen
/// comes back at the end.
struct Terminal: ~Copyable {
  /// What woke the program.
  enum Wake: Equatable {
    /// These bytes were typed.
    case typed([UInt8])
    /// The terminal has another size, or was somebody else's for a while.
    case redraw
    /// It is time to go.
    case end
    /// Nothing happened for as long as was waited.
    case nothing
  }

  /// The size of a terminal that does not tell.
  static let usualSize = (columns: 80, rows: 24)
  private static let keysAtOnce = 256

  // Another screen, without a cursor, in which long lines are cut.
  private static let enter = "\u{1b}[?1049h\u{1b}[?25l\u{1b}[?7l"
  private static let leave = "\u{1b}[?7h\u{1b}[?25h\u{1b}[?1049l"
  // Terminals that know this show a frame only when it is whole.
  private static let frameBegins = "\u{1b}[?2026h\u{1b}[H"
  private static let frameEnds = "\u{1b}[J\u{1b}[?2026l"

  private let signals: TerminalSignals
  private let before: termios

  /// Takes the terminal over, which is standard input and output.
  init() throws(Errno) {
    var settings = termios()
    _ = try Errno.check(unsafe tcgetattr(STDIN_FILENO, &settings))
    let signals = try TerminalSignals()
    self.signals = signals
    before = settings
    takeOver()
  }

  deinit {
    Self.giveBack(before)
  }

  /// Columns and rows.
  var size: (columns: Int, rows: Int) {
    var size = winsize()
    guard unsafe ioctl(STDOUT_FILENO, UInt(TIOCGWINSZ), &size) == 0, size.ws_col > 0,
      size.ws_row > 0
    else { return Self.usualSize }
    return (Int(size.ws_col), Int(size.ws_row))
  }

  /// Draws a frame over the last one, so that only what differs changes.
  func draw(_ lines: [String]) {
    let body = lines.joined(separator: "\u{1b}[K\r\n")
    Self.write(Self.frameBegins + body + "\u{1b}[K" + Self.frameEnds)
  }

  /// Waits for a key or a signal.
  func wait(milliseconds: Int32) -> Wake {
    var waits = [
      pollfd(fd: STDIN_FILENO, events: Int16(POLLIN), revents: 0),
      pollfd(fd: signals.descriptor.rawValue, events: Int16(POLLIN), revents: 0),
    ]
    guard unsafe poll(&waits, nfds_t(waits.count), milliseconds) > 0 else { return .nothing }
    var wake = Wake.nothing
    while let signal = signals.next() {
      switch signal {
      case .end: return .end
      case .suspend: suspend()
      case .redraw: break
      }
      wake = .redraw
    }
    guard wake == .nothing, waits[0].revents != 0 else { return wake }
    var bytes = [UInt8](repeating: 0, count: Self.keysAtOnce)
    let count = unsafe read(STDIN_FILENO, &bytes, bytes.count)
    // A terminal that is gone reads as nothing.
    return count > 0 ? .typed(Array(bytes[..<count])) : .end
  }

  private func suspend() {
    Self.giveBack(before)
    _ = kill(getpid(), SIGSTOP)
    takeOver()
  }

  private func takeOver() {
    var settings = before
    // Signals stay: an interrupt is a signal here as elsewhere.
    settings.c_lflag &= ~tcflag_t(ICANON | ECHO)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
    Self.write(Self.enter)
  }

  private static func giveBack(_ settings: termios) {
    var settings = settings
    write(leave)
    _ = unsafe tcsetattr(STDIN_FILENO, TCSAFLUSH, &settings)
  }

  private static func write(_ text: String) {
    var rest = Array(text.utf8)[...]
    while !rest.isEmpty {
      let count = unsafe rest.withUnsafeBytes { bytes in
        unsafe Glibc.write(STDOUT_FILENO, bytes.baseAddress, bytes.count)
      }
      guard count > 0 || errno == EINTR else { return }
      rest = rest.dropFirst(max(count, 0))
    }
  }
}
