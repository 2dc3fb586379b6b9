internal import Synchronization

/// Where a new policy waits for its shard: set by any thread, taken by the shard between two waits.
///
/// A policy that was not taken yet when a newer one comes is freed. The shard gives the old one
/// back, since freeing lists of a million networks takes longer than a turn may, and takes no newer
/// one until that was freed.
@safe
final class PolicyMailbox<Content: ~Copyable & Sendable>: @unchecked Sendable {
  private let waiting = unsafe Atomic<UnsafeMutablePointer<Content>?>(nil)
  private let spent = unsafe Atomic<UnsafeMutablePointer<Content>?>(nil)

  /// An empty mailbox.
  init() {}

  deinit {
    unsafe Self.free(waiting.load(ordering: .acquiring))
    unsafe Self.free(spent.load(ordering: .acquiring))
  }

  /// Leaves a policy for the shard, which has to be woken.
  func put(_ policy: consuming Content) {
    let memory = UnsafeMutablePointer<Content>.allocate(capacity: 1)
    unsafe memory.initialize(to: policy)
    unsafe Self.free(waiting.exchange(memory, ordering: .acquiringAndReleasing))
  }

  /// Takes what waits, unless what was given back still awaits its end.
  func take() -> Content? {
    guard unsafe waiting.load(ordering: .relaxed) != nil,
      unsafe spent.load(ordering: .relaxed) == nil,
      let memory = unsafe waiting.exchange(nil, ordering: .acquiringAndReleasing)
    else { return nil }
    let policy = unsafe memory.move()
    unsafe memory.deallocate()
    return policy
  }

  /// Leaves the policy that was replaced to be freed by whoever calls `tidy`.
  func giveBack(_ policy: consuming Content) {
    let memory = UnsafeMutablePointer<Content>.allocate(capacity: 1)
    unsafe memory.initialize(to: policy)
    unsafe Self.free(spent.exchange(memory, ordering: .acquiringAndReleasing))
  }

  /// Frees what was given back.
  func tidy() {
    unsafe Self.free(spent.exchange(nil, ordering: .acquiringAndReleasing))
  }

  private static func free(_ memory: UnsafeMutablePointer<Content>?) {
    guard let memory = unsafe memory else { return }
    unsafe memory.deinitialize(count: 1)
    unsafe memory.deallocate()
  }
}
