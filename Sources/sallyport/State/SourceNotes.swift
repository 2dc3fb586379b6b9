internal import Filter
internal import Synchronization
internal import Wire

/// What threads other than the shards learnt of sources, until the control thread takes it.
/// Bounded: without room the newest are lost.
final class SourceNotes: Sendable {
  /// The most sources that wait.
  static let capacity = 131_072

  /// Something that was learnt of a source.
  struct Note: Equatable, Sendable {
    /// The source.
    let source: SourceAddress
    /// What was learnt.
    let outcome: SourceOutcome
  }

  private let notes = Mutex<[Note]>([])

  /// Leaves the same note of several sources.
  ///
  /// - Returns: Whether there was room for all.
  @discardableResult
  func put(_ sources: some Sequence<SourceAddress>, _ outcome: SourceOutcome) -> Bool {
    notes.withLock { notes in
      for source in sources {
        guard notes.count < Self.capacity else { return false }
        notes.append(Note(source: source, outcome: outcome))
      }
      return true
    }
  }

  /// Takes all that wait, in their order.
  func take() -> [Note] {
    notes.withLock { notes in
      defer { notes = [] }
      return notes
    }
  }
}
