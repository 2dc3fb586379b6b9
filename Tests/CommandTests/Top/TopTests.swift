import Testing

@testable import sallyport

/// A report that `top` shows, made up.
enum TopSample {
  static let status = StatusReport(
    version: "1.2.3",
    pid: 4_711,
    startedSeconds: 1_800_000_000,
    nowSeconds: 1_800_090_000,
    configuration: "/etc/sallyport/sallyport.toml",
    isStopping: false,
    router: StatusReport.Router(
      kind: "i2pd",
      directory: "/var/lib/i2pd",
      files: StatusReport.Health()
    ),
    gates: [StatusReport.Gate(transport: "ntcp2", mode: "transparent", address: "203.0.113.7:1")],
    transports: ["ntcp2", "ssu2"].map(transport),
    kernelRules: StatusReport.Health(problem: "table inet sallyport is gone; run it as root"),
    radar: StatusReport.Health(),
    reload: nil,
    blocks: 2,
    allows: 1,
    tables: [TableFill("standing_sources", entries: 65_000, limit: 65_536)]
  )

  static func transport(_ word: String) -> TransportStatus {
    TransportStatus(
      transport: word,
      recentSeconds: 60,
      recentArrived: 123_456,
      arrived: 99_999_999,
      verdicts: [
        ("refuse", "message-3-out-of-bounds", 100_000), ("refuse", "silent", 20_000),
        ("refuse", "hybrid-unpublished", 3_000), ("refuse", "address-half-open", 400),
        ("admit", "proven", 50), ("complete", "established", 6), ("fail", "stalled", 0),
      ].map {
        TransportStatus.VerdictCount(verdict: $0.0, reason: $0.1, recent: $0.2, total: $0.2)
      },
      held: 16_384,
      open: 8_192,
      handshakesInFlight: 16,
      sessions: 8_000,
      flows: 3,
      provenEndpoints: 12,
      stage: "networks",
      routerAnswer: TransportStatus.Timing(
        count: 50,
        medianMilliseconds: 8.192,
        slowMilliseconds: 1_048.576
      ),
      router: TransportStatus.Presence(
        state: word == "ssu2" ? "away" : "up",
        awaySeconds: word == "ssu2" ? 75 : nil,
        listening: word != "ssu2",
        answeredSecondsAgo: word == "ssu2" ? nil : 3
      ),
      tables: [
        TableFill("held", entries: 16_384, limit: 16_384),
        TableFill("source_records", entries: 1_000, limit: 262_144),
      ]
    )
  }

  static func row(_ source: String, _ arrived: UInt64, _ refused: UInt64) -> BusyRow {
    BusyRow(
      source: source,
      arrived: arrived,
      refused: refused,
      admitted: arrived - refused,
      failed: 0,
      lastReason: "message-3-out-of-bounds",
      wish: arrived == 7 ? "block" : nil
    )
  }

  static let report = TopReport(
    status: status,
    addresses: [
      row("198.51.100.7", 9_000, 10), row("2001:db8:1111:2222:3333:4444:5555:6666", 80, 70),
      row("192.0.2.1", 7, 7),
    ] + (0..<40).map { row("192.0.2.\($0 + 10)", 2, 1) },
    networks: [row("198.51.100.0/24", 9_001, 11), row("2001:db8:1111:2222::/64", 80, 70)]
  )

  static let router = TopScreen.Router(
    pid: 1_234,
    processors: 0.127,
    sample: ProcessSample(
      processorSeconds: 5,
      residentBytes: 340 << 20,
      descriptors: 812,
      descriptorsMaximum: 8_192
    )
  )
}

/// What `top` draws.
@Suite struct TopScreenTests {
  private static func lines(
    _ state: TopState = TopState(),
    _ columns: Int = 80,
    _ rows: Int = 24,
    ink: Bool = false
  ) -> [String] {
    TopScreen(columns: columns, rows: rows, ink: Ink(isOn: ink))
      .lines(TopSample.report, state, router: TopSample.router)
  }

  @Test func aTerminalOfTheUsualSizeHoldsWhatMatters() {
    let lines = Self.lines()
    #expect(lines.count == 24 && lines.allSatisfy { $0.count <= 80 })
    #expect(lines[0].hasPrefix(" sallyport 1.2.3  up 1 d 1 h") && lines[0].contains("2 blocked"))
    #expect(
      lines[1] == " i2pd 1234, cpu 13 %, 340 MiB, 812 of 8192 descriptors, answers in 8.2 ms"
    )
    #expect(lines[2].contains("123k came, 123k refuse, 50 admit, 6 complete, 16384 held"))
    // Reasons are shown whole or not at all.
    #expect(lines[3].hasSuffix("silent 20.0k, hybrid-unpublished 3000"), "\(lines[3])")
    #expect(lines.contains(" kernel rules: table inet sallyport is gone; run it as root"))
    #expect(lines.contains(" router: away for 1 min (ssu2)"))
    #expect(lines.contains { $0.hasPrefix(" 198.51.100.7 ") && $0.contains("9000       10") })
    #expect(lines.contains { $0.hasPrefix("-192.0.2.1 ") })
    #expect(lines.contains { $0.hasPrefix(" 2001:db8:1111:2222:..  ") })
    #expect(lines.last?.contains("b block") == true)
  }

  @Test(arguments: [(20, 5), (40, 10), (80, 24), (132, 50), (400, 200), (1, 1)])
  func everySizeIsFilledExactly(columns: Int, rows: Int) {
    var states = [TopState(), TopState(), TopState(), TopState()]
    states[1].mode = .blockSpan("198.51.100.7", typed: "1h")
    states[2].mode = .page((0..<300).map { "line \($0)" }, from: 290)
    states[3].message = String(repeating: "a long message ", count: 30)
    for state in states {
      let lines = Self.lines(state, columns, rows)
      #expect(lines.count <= max(rows, 4) && (rows < 10 || lines.count == rows))
      #expect(lines.allSatisfy { $0.count <= max(columns, 60) })
      if columns >= 80 { #expect(lines.allSatisfy { $0.count <= columns }) }
    }
  }

  @Test func theChosenSourceStaysInSight() {
    var state = TopState()
    for row in 0..<42 {
      let chosen = state.rows(TopSample.report)[row].source
      state.chosen = chosen
      let marked = Self.lines(state, ink: true).filter { $0.hasPrefix("\u{1b}[7m") }
      #expect(marked.contains { $0.contains(chosen.prefix(17)) }, "\(chosen)")
    }
  }

  @Test func plainLinesHaveNoMarks() {
    let lines = TopText.lines(TopSample.report, router: nil)
    #expect(lines.allSatisfy { !$0.contains("\u{1b}") && !$0.hasSuffix(" ") })
    #expect(
      lines.contains { $0.hasPrefix(" ADDRESS") } && lines.contains { $0.hasPrefix(" NETWORK") }
    )
    #expect(lines.contains(" i2pd: its process is not to be found here, answers in 8.2 ms"))
    #expect(Self.lines(ink: true).contains { $0.contains("\u{1b}[31m") })
  }
}

/// What keys do in `top`.
@Suite struct TopStateTests {
  private static let report = TopSample.report

  private static func press(_ state: inout TopState, _ text: String) -> TopState.Wish {
    var wish = TopState.Wish.nothing
    for key in TopKey.keys(Array(text.utf8)) { wish = state.press(key, report) }
    return wish
  }

  @Test func keysAreReadFromBytes() {
    #expect(TopKey.keys([0x1b]) == [.escape])
    #expect(
      TopKey.keys(Array("\u{1b}[A\u{1b}OB\u{1b}[C\u{1b}[D".utf8)) == [.up, .down, .right, .left]
    )
    #expect(TopKey.keys(Array("\u{1b}[1;5Aq".utf8)) == [.up, .character("q")])
    #expect(TopKey.keys(Array("\u{1b}[3~x".utf8)) == [.character("x")])
    #expect(TopKey.keys([0x0d, 0x7f, 0x09, 0x00, 0xc3, 0xa4]) == [.enter, .backspace, .tab])
    #expect(TopKey.keys(Array("\u{1b}[".utf8)) == [.escape, .character("[")])
    #expect(TopKey.keys(Array("\u{1b}[12345".utf8)).isEmpty)
  }

  @Test func theOrderTurnsAndTheListChanges() {
    var state = TopState()
    #expect(state.rows(Self.report).first?.source == "198.51.100.7")
    _ = Self.press(&state, "s")
    #expect(state.order == .refused && state.rows(Self.report).first?.arrived == 80)
    _ = Self.press(&state, "\u{1b}[D\u{1b}[D")
    #expect(state.order == .failed)
    _ = Self.press(&state, "n")
    #expect(state.showsNetworks && state.rows(Self.report).first?.source == "198.51.100.0/24")
    #expect(Self.press(&state, "q") == .quit)
  }

  @Test func blockingAsksForSpanAndReason() {
    var state = TopState()
    _ = Self.press(&state, "jb")
    #expect(state.mode == .blockSpan("2001:db8:1111:2222:3333:4444:5555:6666", typed: "1h"))
    _ = Self.press(&state, "\u{7f}\u{7f}two\r")
    #expect(state.message != nil)
    _ = Self.press(&state, "\u{7f}\u{7f}\u{7f}20m\r")
    #expect(state.message == nil)
    // The list may change while somebody types: the source does not.
    state.chosen = "192.0.2.1"
    let wish = Self.press(&state, "floods\r")
    let expected = EntryWish(
      wish: "block",
      network: "2001:db8:1111:2222:3333:4444:5555:6666",
      seconds: 1_200,
      reason: "floods",
      origin: "top"
    )
    #expect(wish == .ask(.enter(entry: expected)) && state.mode == .list)
  }

  @Test func escapeLeavesAndEmptyListsDoNothing() {
    var state = TopState()
    _ = Self.press(&state, "b")
    #expect(Self.press(&state, "\u{1b}") == .nothing && state.mode == .list)
    var report = Self.report
    report.addresses = []
    for key in [TopKey.up, .down, .enter, .character("b"), .character("u"), .character("w")] {
      #expect(state.press(key, report) == .nothing)
    }
    #expect(state.mode == .list && state.press(.escape, report) == .quit)
  }

  @Test func explanationsAreAskedAndScrolled() {
    var state = TopState()
    #expect(Self.press(&state, "w") == .ask(.why(address: "198.51.100.7")))
    #expect(Self.press(&state, "u") == .ask(.undo(network: "198.51.100.7", origin: nil)))
    state.mode = .page(["a", "b", "c"], from: 0)
    _ = Self.press(&state, "jjjjk")
    #expect(state.mode == .page(["a", "b", "c"], from: 1))
    #expect(Self.press(&state, "q") == .nothing && state.mode == .list)
  }
}

/// Numbers, spans and moments as people read them.
@Suite struct PlainWordsTests {
  @Test(
    arguments: [
      ("90s", 90), ("15m", 900), ("2h", 7_200), ("7d", 604_800), ("0s", 0), ("", nil), ("h", nil),
      ("1", nil), ("-1h", nil), ("1.5h", nil), ("1h ", nil), ("1H", nil),
      ("99999999999999999999d", nil),
      ("18446744073709551615d", nil),
    ] as [(String, UInt64?)]
  )
  func spansAreRead(text: String, seconds: UInt64?) {
    #expect(PlainWords.seconds(text) == seconds)
  }

  @Test func countsStayShort() {
    let counts: [(UInt64, String)] = [
      (0, "0"), (9_999, "9999"), (12_345, "12.3k"), (123_456, "123k"), (4_567_890, "4.5M"),
      (999_999_999, "999M"),
    ]
    for (value, text) in counts { #expect(PlainWords.count(value) == text) }
    #expect(PlainWords.span(59) == "59 s" && PlainWords.span(7_260) == "2 h 1 min")
    #expect(PlainWords.milliseconds(0.42) == "0.4 ms" && PlainWords.milliseconds(1_048) == "1.0 s")
    #expect(PlainWords.bytes(340 << 20) == "340 MiB" && PlainWords.user(0) == "root")
    #expect(PlainWords.user(4_000_000_000) == "4000000000")
    #expect(PlainWords.harmless("a\u{1b}[2J\nb") == "a?[2J?b")
  }

  @Test func aStatusIsToldWithinEightyColumns() {
    var status = TopSample.status
    status.kernelRules = StatusReport.Health()
    let lines = StatusText(ink: Ink(isOn: false)).lines(status)
    #expect(lines.allSatisfy { $0.count <= 80 && !$0.contains("\u{1b}") }, "\(lines)")
    #expect(lines.contains { $0.contains("half within 8.2 ms, 99 % within 1.0 s") })
    #expect(lines.contains { $0.contains("refuse     silent") && $0.contains("20.0k") })
    #expect(lines.contains { $0.hasSuffix("up, listens, answered 3 s ago") })
    #expect(lines.contains { $0.hasSuffix("away for 1 min, nobody listens at its port") })
    #expect(lines.contains { $0.hasSuffix(" standing sources 99 %") })
    #expect(lines.contains { $0.hasSuffix(" held 100 %, source records 0 %") })
  }
}
