/// Which program the router is: it decides what failure looks like and what the router can bear.
public enum RouterKind: String, Sendable, CaseIterable {
  /// i2pd, the router written in C++.
  case i2pd
  /// Java I2P.
  case java
}
