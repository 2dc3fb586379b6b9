internal import Synchronization
public import Wire

/// What is found at which path. Holds the newest report, and answers from it alone.
public final class WebSite: Sendable {
  private let words: PageWords
  private let state = Mutex(State())

  /// The newest report, and the pages that were made from it.
  private struct State {
    var report: Report?
    var pages: [(span: HistorySpan, answer: HTTPAnswer)] = []
  }

  /// A site without a report yet.
  public init(_ words: PageWords) {
    self.words = words
  }

  /// Shows `report` from now on. Never waits longer than it takes to copy a reference.
  public func publish(_ report: Report) {
    state.withLock { state in
      state.report = report
      state.pages = []
    }
  }

  /// The bytes that go out for a request, or for what was no request.
  public func respond(_ request: Result<HTTPRequest, HTTPRefusal>, at now: Instant) -> [UInt8] {
    switch request {
    case .success(let request): answer(request, at: now).bytes(isHead: request.isHead)
    case .failure(let refusal): HTTPAnswer(refusal).bytes(isHead: false)
    }
  }

  /// The answer to a request.
  public func answer(_ request: HTTPRequest, at now: Instant) -> HTTPAnswer {
    switch request.path {
    case "/page.css": return HTTPAnswer(.ok, "text/css; charset=utf-8", PageStyle.css)
    case "/page.js": return HTTPAnswer(.ok, "text/javascript; charset=utf-8", PageScript.js)
    case "/icon.svg": return HTTPAnswer(.ok, "image/svg+xml", PageIcon.svg.text)
    case "/", "/metrics", "/healthz": break
    default: return HTTPAnswer(HTTPRefusal.notFound)
    }
    guard let report = state.withLock({ $0.report }) else {
      return .text(.serviceUnavailable, "The gate has only just begun.")
    }
    switch request.path {
    case "/metrics": return HTTPAnswer(.ok, Metrics.contentType, Metrics.page(report))
    case "/healthz": return Self.health(report, at: now)
    default: return page(report, Self.span(request.query), at: now)
    }
  }

  /// One word while all is well, else a line for each thing that is wrong.
  private static func health(_ report: Report, at now: Instant) -> HTTPAnswer {
    let problems = report.problems(at: now)
    guard !problems.isEmpty else { return .text(.ok, "ok") }
    return .text(.serviceUnavailable, problems.joined(separator: "\n"))
  }

  /// Each page is made once from a report, however many ask.
  private func page(_ report: Report, _ span: HistorySpan, at now: Instant) -> HTTPAnswer {
    let age = now.nanoseconds(since: report.madeAt)
    let isFresh = age <= Report.longestAgeNanoseconds
    let made = state.withLock { state in
      isFresh ? state.pages.first { $0.span == span }?.answer : nil
    }
    if let made { return made }
    let html = StatusPage(report, words, span, now: now).html
    let answer = HTTPAnswer(.ok, "text/html; charset=utf-8", html)
    state.withLock { state in
      guard state.report?.madeAt == report.madeAt, isFresh else { return }
      state.pages = state.pages.filter { $0.span != span } + [(span, answer)]
    }
    return answer
  }

  private static func span(_ query: String) -> HistorySpan {
    HistorySpan.allCases.first { query == "span=\($0.rawValue)" } ?? .minute
  }
}
