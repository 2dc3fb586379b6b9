internal import Synchronization

/// One shard's `MatchCounts` of everything that can match, each at a place of its own: written by
/// the shard's thread without a lock, read by any other.
public final class MatchBoard: Sendable {
  private static let wordsPerPlace = 4

  /// How many places there are.
  public let placeCount: Int
  private let owner: SharedWordsOwner
  private let hasWriter = Atomic(false)

  /// A board with all counts at zero.
  public init(placeCount: Int) {
    self.placeCount = placeCount
    owner = SharedWordsOwner(count: placeCount * Self.wordsPerPlace)
  }

  /// The one writer of this board. Asking twice is a mistake and traps.
  public func makeWriter() -> MatchWriter {
    precondition(!hasWriter.exchange(true, ordering: .relaxed), "a board has one writer")
    return MatchWriter(owner: owner)
  }

  /// The counts at `place`.
  public func counts(at place: Int) -> MatchCounts {
    let first = place * Self.wordsPerPlace
    return MatchCounts(
      matched: owner.words.load(first),
      refused: owner.words.load(first + 1),
      wouldRefuse: owner.words.load(first + 2),
      known: owner.words.load(first + 3)
    )
  }
}

/// Adds to the counts of one board; belongs to the shard's thread alone.
///
/// No function takes a lock, allocates, or touches a reference count.
public struct MatchWriter: ~Copyable, Sendable {
  private let words: SharedWords
  private let owner: SharedWordsOwner

  fileprivate init(owner: SharedWordsOwner) {
    self.owner = owner
    words = owner.words
  }

  /// A connection matched.
  #if !DEBUG
    @_noLocks
  #endif
  public func countMatch(at place: Int) {
    words.add(1, at: place &* 4)
  }

  /// A connection that matched was refused for it.
  #if !DEBUG
    @_noLocks
  #endif
  public func countRefusal(at place: Int) {
    words.add(1, at: place &* 4 &+ 1)
  }

  /// A connection that matched would have been refused for it.
  #if !DEBUG
    @_noLocks
  #endif
  public func countWouldRefuse(at place: Int) {
    words.add(1, at: place &* 4 &+ 2)
  }

  /// A connection of a known source matched something that acts.
  #if !DEBUG
    @_noLocks
  #endif
  public func countKnown(at place: Int) {
    words.add(1, at: place &* 4 &+ 3)
  }
}
