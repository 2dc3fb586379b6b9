// Numbers of linux/rtnetlink.h and linux/fib_rules.h.

/// Message types.
enum RoutingMessage {
  static let newRoute: UInt16 = 24
  static let deleteRoute: UInt16 = 25
  static let getRoute: UInt16 = 26
  static let newRule: UInt16 = 32
  static let deleteRule: UInt16 = 33
  static let getRule: UInt16 = 34
}

/// Numbers of linux/fib_rules.h.
enum RuleAttribute {
  static let priority: UInt16 = 6
  static let mark: UInt16 = 10
  static let table: UInt16 = 15
  static let mask: UInt16 = 16
  static let origin: UInt16 = 21
}

enum RuleValue {
  static let toTable: UInt8 = 1
}

enum RouteAttribute {
  static let destination: UInt16 = 1
  static let outgoingInterface: UInt16 = 4
  static let table: UInt16 = 15
  static let mark: UInt16 = 16
}

/// Flags of a question about a route.
enum RouteFlag {
  /// The answer names the table that was used, not `main` for all.
  static let lookUpTable: UInt32 = 0x1000
}

enum RouteValue {
  static let localType: UInt8 = 2
  static let hostScope: UInt8 = 254
  /// The loopback interface has this number in every network namespace.
  static let loopbackIndex: UInt32 = 1
}
