/// The packet marks by which a gate tells the kernel its verdict on a datagram that it injects.
///
/// They follow the routing mark within its mask, each a step further: the mask's lowest bit.
public struct DatagramMarks: Equatable, Sendable {
  /// To the router: the endpoint is on trial, and the router's answers to it come to the gate.
  public let trial: PacketMark
  /// To the router, or from it: from now on the flow's datagrams never reach the gate.
  public let admit: PacketMark
  /// From the router's endpoint: goes to the peer and changes nothing.
  public let answer: PacketMark

  /// The marks that follow `mark`; nil when its mask has no room for them.
  public init?(after mark: FirewallPlan.Mark) {
    let step = mark.mask & (~mark.mask &+ 1)
    func further(_ steps: UInt32) -> PacketMark? {
      let (distance, isTooFar) = step.multipliedReportingOverflow(by: steps)
      let (value, isTooLarge) = mark.value.addingReportingOverflow(distance)
      guard step != 0, !isTooFar, !isTooLarge, value & ~mark.mask == 0 else { return nil }
      return PacketMark(rawValue: value)
    }
    guard let trial = further(1), let admit = further(2), let answer = further(3) else {
      return nil
    }
    self.trial = trial
    self.admit = admit
    self.answer = answer
  }
}
