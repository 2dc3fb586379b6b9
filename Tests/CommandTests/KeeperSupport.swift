import Telemetry

@testable import sallyport

/// What a keeper tells, as events and as lines.
final class Told {
  private final class Lines {
    var lines: [String] = []
  }

  var events: [JournalEvent] = []
  var lines: [String] { kept.lines }
  var journal: Journal
  private let kept: Lines

  init() {
    let kept = Lines()
    self.kept = kept
    journal = Journal(send: { kept.lines.append($0.line) }, sleep: { _ in })
  }

  /// The store of a directory.
  func open(_ directory: TemporaryDirectory) -> StateStore? {
    StateStore.open(directory: directory.path) { events.append($0) }
  }
}
