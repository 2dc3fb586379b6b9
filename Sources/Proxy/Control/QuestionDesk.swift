internal import Filter
internal import Synchronization
internal import Wire

/// Where the control thread asks a shard about a source: one question at a time, answered by the
/// shard between two events. While nobody asks, a turn costs the shard two loads.
@safe
final class QuestionDesk: @unchecked Sendable {
  private let asked = Atomic<UInt64>(0)
  private let answered = Atomic<UInt64>(0)
  private let memory: UnsafeMutablePointer<SourceView?>
  private let subject: UnsafeMutablePointer<SourceAddress>

  /// A desk that nobody has asked at.
  init() {
    unsafe memory = .allocate(capacity: 1)
    unsafe memory.initialize(to: nil)
    unsafe subject = .allocate(capacity: 1)
    unsafe subject.initialize(to: SourceAddress(high: 0, low: 0))
  }

  deinit {
    unsafe memory.deallocate()
    unsafe subject.deallocate()
  }

  private var isBusy: Bool {
    asked.load(ordering: .relaxed) != answered.load(ordering: .acquiring)
  }

  // MARK: The control thread

  /// Asks, unless the last question is still open; whether it asked.
  func ask(_ source: SourceAddress) -> Bool {
    guard !isBusy else { return false }
    unsafe subject.pointee = source
    unsafe memory.pointee = nil
    asked.store(asked.load(ordering: .relaxed) &+ 1, ordering: .releasing)
    return true
  }

  /// The answer to the last question; nil as long as there is none.
  var answer: SourceView? {
    isBusy ? nil : unsafe memory.pointee
  }

  // MARK: The shard

  /// The question that is open.
  var question: SourceAddress? {
    let number = asked.load(ordering: .acquiring)
    return number == answered.load(ordering: .relaxed) ? nil : unsafe subject.pointee
  }

  /// Answers it.
  func answer(_ view: SourceView) {
    unsafe memory.pointee = view
    answered.store(asked.load(ordering: .relaxed), ordering: .releasing)
  }
}
