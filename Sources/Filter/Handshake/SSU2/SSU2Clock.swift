/// How far apart the clocks of two peers may be.
enum SSU2Clock {
  /// The difference that a router takes, in seconds: i2pd 60; Java I2P 120, as the SSU2
  /// specification has it.
  static func skewSeconds(_ kind: RouterKind) -> UInt64 {
    switch kind {
    case .i2pd: 60
    case .java: 120
    }
  }

  /// The difference of two moments.
  static func difference(_ one: UInt64, _ other: UInt64) -> UInt64 {
    one > other ? one &- other : other &- one
  }
}
