internal import Synchronization

/// Flat memory of atomic words between one thread that writes and others that read.
///
/// Trivially copied, so that a writer touches no reference count; whoever holds it also holds the
/// `SharedWordsOwner` that frees it. Out-of-range indices are our own mistake and trap.
@safe
struct SharedWords: BitwiseCopyable, @unchecked Sendable {
  /// How many words there are.
  let count: Int
  private let base: UnsafeMutablePointer<Atomic<UInt64>>

  fileprivate init(count: Int, base: UnsafeMutablePointer<Atomic<UInt64>>) {
    self.count = count
    unsafe self.base = base
  }

  /// The word at `index`. Nothing is ordered around it.
  #if !DEBUG
    @_noLocks
  #endif
  func load(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "a word outside of the shared memory")
    return unsafe base[index].load(ordering: .relaxed)
  }

  /// Replaces the word at `index`. Nothing is ordered around it.
  #if !DEBUG
    @_noLocks
  #endif
  func store(_ value: UInt64, at index: Int) {
    precondition(index >= 0 && index < count, "a word outside of the shared memory")
    unsafe base[index].store(value, ordering: .relaxed)
  }

  /// The word at `index`; what its writer published before is visible afterwards.
  #if !DEBUG
    @_noLocks
  #endif
  func loadAcquiring(_ index: Int) -> UInt64 {
    precondition(index >= 0 && index < count, "a word outside of the shared memory")
    return unsafe base[index].load(ordering: .acquiring)
  }

  /// Replaces the word at `index`, publishing all that this thread wrote before.
  #if !DEBUG
    @_noLocks
  #endif
  func storeReleasing(_ value: UInt64, at index: Int) {
    precondition(index >= 0 && index < count, "a word outside of the shared memory")
    unsafe base[index].store(value, ordering: .releasing)
  }

  /// Adds to the word at `index`: a load and a store, right only for the single writing thread.
  #if !DEBUG
    @_noLocks
  #endif
  func add(_ amount: UInt64, at index: Int) {
    store(load(index) &+ amount, at: index)
  }
}

/// Allocates shared words, zeroed and on cache lines of their own, and frees them when the last
/// holder goes.
@safe
final class SharedWordsOwner: Sendable {
  /// Bytes that processors move as one: two writers never share such a line.
  static let cacheLineBytes = 64

  /// The memory, valid while this owner lives.
  let words: SharedWords
  private nonisolated(unsafe) let memory: UnsafeMutablePointer<Atomic<UInt64>>

  init(count: Int) {
    precondition(count > 0, "shared memory has at least one word")
    let bytes = count * MemoryLayout<Atomic<UInt64>>.stride
    let raw = UnsafeMutableRawPointer.allocate(
      byteCount: (bytes + Self.cacheLineBytes - 1) / Self.cacheLineBytes * Self.cacheLineBytes,
      alignment: Self.cacheLineBytes
    )
    let base = unsafe raw.bindMemory(to: Atomic<UInt64>.self, capacity: count)
    for index in 0..<count {
      unsafe (base + index).initialize(to: Atomic(0))
    }
    unsafe memory = base
    words = unsafe SharedWords(count: count, base: base)
  }

  deinit {
    unsafe memory.deinitialize(count: words.count)
    unsafe UnsafeMutableRawPointer(memory).deallocate()
  }
}
