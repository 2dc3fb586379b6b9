internal import Synchronization

/// Where a new policy waits for its shard: set by any thread, taken by the shard between two waits.
///
/// A policy that was not taken yet when a newer one comes is freed.
@safe
final class PolicyMailbox<Content: ~Copyable & Sendable>: @unchecked Sendable {
  private let waiting = unsafe Atomic<UnsafeMutablePointer<Content>?>(nil)

  /// An empty mailbox.
  init() {}

  deinit {
    unsafe Self.free(waiting.load(ordering: .acquiring))
  }

  /// Leaves a policy for the shard, which has to be woken.
  func put(_ policy: consuming Content) {
    let memory = UnsafeMutablePointer<Content>.allocate(capacity: 1)
    unsafe memory.initialize(to: policy)
    unsafe Self.free(waiting.exchange(memory, ordering: .acquiringAndReleasing))
  }

  /// Takes what waits.
  func take() -> Content? {
    guard unsafe waiting.load(ordering: .relaxed) != nil,
      let memory = unsafe waiting.exchange(nil, ordering: .acquiringAndReleasing)
    else { return nil }
    let policy = unsafe memory.move()
    unsafe memory.deallocate()
    return policy
  }

  private static func free(_ memory: UnsafeMutablePointer<Content>?) {
    guard let memory = unsafe memory else { return }
    unsafe memory.deinitialize(count: 1)
    unsafe memory.deallocate()
  }
}
