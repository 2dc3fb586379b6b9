/// How many flows of datagrams the kernel remembers for each UDP gate, and for how long.
///
/// A flow that finds its set full stays with the gate: nothing is lost but the kernel's help.
public struct DatagramFlows: Equatable, Sendable {
  /// Entries of a set; each takes about 100 bytes of the kernel's memory.
  public static let sizes = 64...1_048_576
  /// How long an entry may live.
  public static let seconds = 1...3600

  /// Most peers whose datagrams go straight to the router.
  public let admittedSize: Int
  /// How long a peer stays admitted after the router's last datagram to it. Longer than routers let
  /// a session be silent: Java I2P up to twenty minutes, i2pd less than three.
  public let admittedSeconds: Int
  /// Most endpoints on trial.
  public let pendingSize: Int
  /// How long the router's answers to an endpoint on trial are led to the gate.
  public let pendingSeconds: Int

  /// Flows of these numbers.
  public init(
    admittedSize: Int = 262_144,
    admittedSeconds: Int = 1_260,
    pendingSize: Int = 65_536,
    pendingSeconds: Int = 10
  ) {
    self.admittedSize = admittedSize
    self.admittedSeconds = admittedSeconds
    self.pendingSize = pendingSize
    self.pendingSeconds = pendingSeconds
  }

  func validate() throws(FirewallFault) {
    for size in [admittedSize, pendingSize] where !Self.sizes.contains(size) {
      throw .unusablePlan(
        "a set of \(size) flows: choose \(Self.sizes.lowerBound) to \(Self.sizes.upperBound)"
      )
    }
    for time in [admittedSeconds, pendingSeconds] where !Self.seconds.contains(time) {
      throw .unusablePlan(
        "flows of \(time) seconds: "
          + "choose \(Self.seconds.lowerBound) to \(Self.seconds.upperBound)"
      )
    }
  }
}
