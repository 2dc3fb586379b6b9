/// Which rules a flight meets by what stands anywhere in its first bytes.
///
/// Where the shortest piece has `stride` pairs of bytes, one of every piece's first `stride` pairs
/// stands at a place that is a multiple of it: only those places are looked at, in a table of one
/// bit a pair. Random bytes hit it so seldom that the pieces themselves are hardly ever compared.
/// Nothing changes after `init`.
@safe
struct FlightContents: ~Copyable, @unchecked Sendable {
  /// How many bytes of a flight are searched.
  static let searchedBytes = 256
  /// The stride that every piece allows: it is four bytes or longer.
  private static let shortestStride = RuleLimits.shortestContent - 1
  private static let tableWords = 1_024
  /// Pairs that one piece may mark: more of them, and random bytes would hit the table too often.
  private static let pairsMaximum = 1_024

  /// A piece of a rule, its bytes at `start` in `sets`.
  private struct Piece: BitwiseCopyable {
    var rule: Int
    var start: Int
    var count: Int
  }

  private let pairs: UnsafeMutablePointer<UInt64>
  private let pieces: UnsafeMutablePointer<Piece>
  private let sets: UnsafeMutablePointer<ByteSet>
  private let pieceCount: Int
  /// Pairs of bytes of which one is looked at.
  private let stride: Int

  /// Compiles the pieces that `rules` ask for.
  /// - Throws: `unusableContent` or `tooMany`.
  init(_ rules: [RuleDefinition]) throws(RuleProgramFault) {
    var found: [(rule: Int, sets: [ByteSet])] = []
    for (rule, definition) in rules.enumerated() where definition.mode != .ignore {
      for pattern in definition.conditions.contents {
        guard found.count < RuleLimits.contents else { throw .tooMany(rule: rule) }
        do {
          found.append((rule, try Self.bytes(of: pattern)))
        } catch {
          throw .unusableContent(rule: rule, error)
        }
      }
    }
    pieceCount = found.count
    stride = Self.stride(over: found.map(\.sets))
    unsafe pairs = .allocate(capacity: Self.tableWords)
    unsafe pairs.initialize(repeating: 0, count: Self.tableWords)
    unsafe pieces = .allocate(capacity: max(found.count, 1))
    unsafe sets = .allocate(capacity: max(found.reduce(0) { $0 + $1.sets.count }, 1))
    var start = 0
    for (number, piece) in found.enumerated() {
      let count = piece.sets.count
      unsafe (pieces + number).initialize(to: Piece(rule: piece.rule, start: start, count: count))
      for set in piece.sets {
        unsafe (sets + start).initialize(to: set)
        start += 1
      }
      for offset in 0..<stride {
        Self.forEachPair(piece.sets[offset], piece.sets[offset + 1]) { pair in
          unsafe pairs[pair >> 6] |= 1 << UInt64(pair & 63)
        }
      }
    }
  }

  deinit {
    unsafe pairs.deallocate()
    unsafe pieces.deallocate()
    unsafe sets.deallocate()
  }

  /// The rules of which one piece stands in the first `searchedBytes` of `bytes`.
  #if !DEBUG
    @_noLocks
  #endif
  func rules(meeting bytes: borrowing Span<UInt8>) -> RuleMask {
    var found = RuleMask()
    guard pieceCount > 0 else { return found }
    let count = bytes.count < Self.searchedBytes ? bytes.count : Self.searchedBytes
    var place = 0
    while place &+ 1 < count {
      // Both places lie before `count`, which is no more than there are.
      let pair = unsafe Int(bytes[unchecked: place]) << 8 | Int(bytes[unchecked: place &+ 1])
      if unsafe pairs[pair >> 6] >> UInt64(pair & 63) & 1 != 0 {
        compare(bytes, count, at: place, &found)
      }
      place &+= stride
    }
    return found
  }

  /// Compares every piece of which one of the first pairs could stand at `place`.
  @inline(never)
  private func compare(
    _ bytes: borrowing Span<UInt8>,
    _ count: Int,
    at place: Int,
    _ found: inout RuleMask
  ) {
    for number in 0..<pieceCount {
      let piece = unsafe pieces[number]
      guard !found.contains(piece.rule) else { continue }
      for offset in 0..<stride {
        let start = place &- offset
        guard start >= 0, start &+ piece.count <= count else { continue }
        var index = 0
        while index < piece.count,
          unsafe sets[piece.start &+ index].contains(bytes[start &+ index])
        {
          index &+= 1
        }
        if index == piece.count { found.insert(piece.rule) }
      }
    }
  }
}

// MARK: - Layout

extension FlightContents {
  /// The bytes that a piece describes, one set each.
  static func bytes(of pattern: SignaturePattern) throws(ContentFault) -> [ByteSet] {
    guard pattern.longest <= RuleLimits.longestContent else { throw .tooLong }
    guard pattern.pieces.allSatisfy({ $0.minimum == $0.maximum }) else { throw .variable }
    let sets = pattern.pieces.flatMap { Array(repeating: $0.bytes, count: $0.maximum) }
    guard sets.count >= RuleLimits.shortestContent else { throw .tooShort }
    guard pairCount(sets, stride: shortestStride) <= pairsMaximum else { throw .tooOpen }
    return sets
  }

  /// The longest stride for which every piece is long enough and marks few enough pairs.
  private static func stride(over pieces: [[ByteSet]]) -> Int {
    let shortest = pieces.map(\.count).min() ?? RuleLimits.shortestContent
    return (shortestStride..<max(shortest, RuleLimits.shortestContent)).last { stride in
      pieces.allSatisfy { pairCount($0, stride: stride) <= pairsMaximum }
    } ?? shortestStride
  }

  private static func pairCount(_ sets: [ByteSet], stride: Int) -> Int {
    (0..<stride).reduce(0) { $0 + sets[$1].count * sets[$1 + 1].count }
  }

  /// An upper bound of the probability that random bytes hold the piece.
  static func chance(of pattern: SignaturePattern) -> Double {
    let once = pattern.pieces.reduce(1.0) { chance, piece in
      (0..<piece.minimum).reduce(chance) { before, _ in before * Double(piece.bytes.count) / 256 }
    }
    return min(1, once * Double(searchedBytes))
  }

  /// What is wrong with a piece; nil when it can be used.
  static func fault(of pattern: SignaturePattern) -> ContentFault? {
    do throws(ContentFault) {
      _ = try bytes(of: pattern)
      return nil
    } catch {
      return error
    }
  }

  private static func forEachPair(_ first: ByteSet, _ second: ByteSet, _ body: (Int) -> Void) {
    for left in 0..<256 where first.contains(UInt8(left)) {
      for right in 0..<256 where second.contains(UInt8(right)) { body(left << 8 | right) }
    }
  }
}
