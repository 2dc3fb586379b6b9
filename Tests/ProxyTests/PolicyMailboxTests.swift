import Filter
import Kernel
import Testing

@testable import Proxy

/// The way of a policy from the control thread to a shard.
@Suite("Policy mailbox")
struct PolicyMailboxTests {
  private static func policy(_ mark: UInt32) throws -> Policy {
    try TestRouter.policy(
      limits: .roomy,
      destination: .original(PacketMark(rawValue: mark))
    )
  }

  /// The mark of the policy that waits; nil when none does.
  private static func take(_ mailbox: PolicyMailbox<Policy>) -> UInt32? {
    guard let policy = mailbox.take(), case .original(let mark) = policy.destination else {
      return nil
    }
    return mark.rawValue
  }

  @Test("The newest is taken, once")
  func newest() throws {
    let mailbox = PolicyMailbox<Policy>()
    #expect(Self.take(mailbox) == nil)
    mailbox.put(try Self.policy(1))
    mailbox.put(try Self.policy(2))
    #expect(Self.take(mailbox) == 2)
    #expect(Self.take(mailbox) == nil)
    mailbox.put(try Self.policy(3))
  }

  @Test("The next is taken when what it replaces was freed")
  func givenBack() throws {
    let mailbox = PolicyMailbox<Policy>()
    mailbox.put(try Self.policy(1))
    mailbox.giveBack(try Self.policy(0))
    #expect(Self.take(mailbox) == nil)
    mailbox.tidy()
    #expect(Self.take(mailbox) == 1)
  }

  @Test("Between two threads the order stays, and the last one arrives")
  func threads() throws {
    let mailbox = PolicyMailbox<Policy>()
    let last: UInt32 = 200
    let thread = try WorkerThread(name: "writer", core: nil) {
      for mark in 1...last {
        if let policy = try? Self.policy(mark) { mailbox.put(policy) }
      }
    }
    var seen: UInt32 = 0
    while seen < last {
      guard let mark = Self.take(mailbox) else { continue }
      #expect(mark > seen)
      seen = mark
    }
    thread.join()
  }
}
