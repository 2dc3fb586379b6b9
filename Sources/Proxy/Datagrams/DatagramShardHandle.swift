public import Filter
public import Kernel
public import Telemetry
public import Wire

/// A running datagram shard, as the control thread holds it.
public final class DatagramShardHandle: Sendable {
  /// The shard's numbers.
  public let board: CounterBoard
  /// What the shard tells.
  public let ring: EventRing
  /// Endpoints that the shard found proven.
  public let proven: EndpointRing
  /// What is asked of it.
  public let control: ShardControl
  private let mailbox: PolicyMailbox<DatagramPolicy>
  private let wake: WakeRemote

  /// Descriptors of a shard beside those of flows: its doors, injectors, poller and wake signal.
  public static let otherDescriptors = 24

  private init(wake: WakeRemote) {
    board = CounterBoard(layout: ShardHandle.layout)
    ring = EventRing()
    proven = EndpointRing()
    control = ShardControl()
    mailbox = PolicyMailbox()
    self.wake = wake
  }
}
