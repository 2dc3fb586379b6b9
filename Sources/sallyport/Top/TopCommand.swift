internal import ArgumentParser
internal import Glibc
internal import Kernel
internal import Wire

/// `sallyport top`: who comes most, live.
struct TopCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "top",
    abstract: "Show live who comes most, why they are refused, and how the router is.",
    discussion: """
      On a terminal: s sorts, n shows networks, b blocks and w explains the chosen one, q quits.
      Elsewhere it writes plain lines, once unless --count says more.
      """
  )

  /// Rows that are asked for: more fit on no terminal.
  private static let rows = AdminBounds.busiest

  @OptionGroup var admin: AdminOptions
  @OptionGroup var output: OutputOptions

  @Option(help: "Seconds between two looks, 1 to 3600.")
  var every = 2

  @Option(help: "End after so many looks.")
  var count: Int?

  func validate() throws {
    guard (1...3_600).contains(every) else {
      throw ValidationError("--every takes 1 to 3600 seconds, not \(every)")
    }
    if let count, count < 1 { throw ValidationError("--count takes 1 or more, not \(count)") }
  }

  func run() throws {
    let isLive = Output.isTerminal && isatty(STDIN_FILENO) == 1 && !output.json && count == nil
    if isLive { try runLive() } else { try runPlain() }
  }

  private func runPlain() throws {
    var router = RouterLooks()
    for look in 1...(count ?? 1) {
      if look > 1 { sleep(UInt32(every)) }
      let report: TopReport = try admin.ask(.top(rows: Self.rows))
      if output.json {
        print(try JSONText.encode(report))
      } else {
        let lines = TopText.lines(report, router: router.look(report.status.router))
        print(lines.joined(separator: "\n"))
      }
      fflush(nil)
    }
  }

  private func runLive() throws {
    let report: TopReport = try admin.ask(.top(rows: Self.rows))
    var view = TopView(client: admin.client, report: report, everySeconds: every)
    do throws(Errno) {
      let terminal = try Terminal()
      view.run(on: terminal)
    } catch {
      Output.complain("sallyport: the terminal can't be used: \(error): add --count 1")
      throw ExitCode(1)
    }
  }
}

/// What was seen of the router's process, look after look.
struct RouterLooks {
  private var process: RouterProcess?
  private var last: (at: Instant, sample: RouterProcess.Sample)?

  /// Looks again.
  mutating func look(_ router: StatusReport.Router) -> TopScreen.Router? {
    if process?.sample() == nil {
      process = RouterProcess.find(kind: router.kind, directory: router.directory)
      last = nil
    }
    let now = Clock.now
    guard let process, let sample = process.sample() else { return nil }
    var processors: Double?
    if let last {
      let used = sample.processorSeconds - last.sample.processorSeconds
      let span = Double(now.nanoseconds(since: last.at)) / Double(Nanoseconds.perSecond)
      if span > 0 { processors = max(used, 0) / span }
    }
    last = (now, sample)
    return TopScreen.Router(pid: process.pid, processors: processors, sample: sample)
  }
}

/// `top` while it is drawn on a terminal.
struct TopView {
  private let client: AdminClient
  private let everyNanoseconds: UInt64
  private var report: TopReport
  private var state = TopState()
  private var looks = RouterLooks()
  private var router: TopScreen.Router?

  init(client: AdminClient, report: TopReport, everySeconds: Int) {
    self.client = client
    self.report = report
    everyNanoseconds = UInt64(clamping: everySeconds) * Nanoseconds.perSecond
  }

  /// Draws until somebody has seen enough.
  mutating func run(on terminal: borrowing Terminal) {
    var lookAt = Clock.now.advanced(byNanoseconds: everyNanoseconds)
    router = looks.look(report.status.router)
    while true {
      let size = terminal.size
      let screen = TopScreen(
        columns: size.columns,
        rows: size.rows,
        ink: Ink(isOn: Output.hasColour)
      )
      terminal.draw(screen.lines(report, state, router: router))
      let left = lookAt.nanoseconds(since: Clock.now) / Nanoseconds.perMillisecond
      switch terminal.wait(milliseconds: Int32(clamping: left)) {
      case .end: return
      case .redraw: continue
      case .typed(let bytes):
        for key in TopKey.keys(bytes) where !take(key) { return }
      case .nothing:
        look()
        lookAt = Clock.now.advanced(byNanoseconds: everyNanoseconds)
      }
    }
  }

  private mutating func look() {
    do throws(AdminFault) {
      report = try client.ask(.top(rows: AdminBounds.busiest))
      router = looks.look(report.status.router)
    } catch {
      state.message = "\(error)"
    }
  }

  /// Takes a key; whether to go on.
  private mutating func take(_ key: TopKey) -> Bool {
    switch state.press(key, report) {
    case .nothing: break
    case .quit: return false
    case .ask(let request): ask(request)
    }
    return true
  }

  private mutating func ask(_ request: AdminRequest) {
    do throws(AdminFault) {
      switch request {
      case .enter:
        let done: EntryReport = try client.ask(request)
        state.message =
          "\(done.entry.network) is \(done.entry.wish)ed until "
          + PlainWords.moment(done.entry.endsSeconds)
      case .undo:
        let undone: PeopleReport = try client.ask(request)
        state.message =
          undone.entries.map { "\($0.network): no longer \($0.wish)ed" }.joined(separator: ", ")
      case .why:
        let why: WhyReport = try client.ask(request)
        state.mode = .page(WhyText(ink: Ink(isOn: false)).lines(why), from: 0)
      case .status, .metrics, .top, .people: break
      }
      report = try client.ask(.top(rows: AdminBounds.busiest))
    } catch {
      state.message = "\(error)"
    }
  }
}

/// `top` as plain lines, for programs and files.
enum TopText {
  private static let columns = 80
  private static let rowsMaximum = 20

  /// One look.
  static func lines(_ report: TopReport, router: TopScreen.Router?) -> [String] {
    // A screen that is high enough for everything, without the line of keys.
    let rows = min(max(report.addresses.count, 1), rowsMaximum)
    var state = TopState()
    let top = TopScreen(columns: columns, rows: rows + 12, ink: Ink(isOn: false))
    func text(_ screen: TopScreen) -> [String] {
      var lines = Array(screen.lines(report, state, router: router).dropLast())
      while lines.last?.isEmpty == true { lines.removeLast() }
      return lines.map { $0.trimmed }
    }
    let addresses = text(top)
    state.showsNetworks = true
    let networks = text(top).drop { !$0.hasPrefix(" NETWORK") }
    return addresses + [""] + networks
  }
}

extension String {
  /// The text without blanks behind it.
  fileprivate var trimmed: String {
    var text = self[...]
    while text.hasSuffix(" ") { text = text.dropLast() }
    return String(text)
  }
}
