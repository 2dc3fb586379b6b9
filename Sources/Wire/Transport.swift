/// A transport that a router may speak; the raw value is the name that people know.
public enum Transport: String, Sendable, CaseIterable {
  /// Over TCP.
  case ntcp2 = "NTCP2"
  /// Over UDP.
  case ssu2 = "SSU2"
}
