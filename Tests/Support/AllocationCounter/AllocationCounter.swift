internal import CAllocationCounter

/// What a piece of code asked of the heap and of the reference counts, on its own thread.
public struct AllocationCount: Equatable, Sendable {
  /// Calls of malloc and its kin, `realloc` included.
  public let allocations: UInt64
  /// Bytes asked for with them, given back or not.
  public let bytes: UInt64
  /// Calls of `free` with memory to free.
  public let frees: UInt64
  /// References taken by Swift code.
  public let retains: UInt64
  /// References given back by Swift code.
  public let releases: UInt64

  /// Nothing at all: what the way of a connection has to show.
  public static let none = AllocationCount(
    allocations: 0,
    bytes: 0,
    frees: 0,
    retains: 0,
    releases: 0
  )
}

/// Counts allocations and reference counting of the calling thread, for tests of hot paths.
///
/// Seen is every call from compiled Swift code; what the runtime does inside itself, such as
/// letting go of the elements of an array that dies, is not. Warm up first: what a lazily made
/// global allocates once is counted like everything else. A debug build retains where a release
/// build does not, so ask for `none` in release builds.
public enum AllocationCounter {
  /// Runs `body` and tells what it cost.
  ///
  /// Not to be nested: the inner measurement would end the outer one.
  public static func measure(_ body: () throws -> Void) rethrows -> AllocationCount {
    allocation_counter_begin()
    do {
      try body()
    } catch {
      _ = allocation_counter_end()
      throw error
    }
    let counts = allocation_counter_end()
    return AllocationCount(
      allocations: counts.allocations,
      bytes: counts.bytes,
      frees: counts.frees,
      retains: counts.retains,
      releases: counts.releases
    )
  }
}
