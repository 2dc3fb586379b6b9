/// What a look at this host brought.
enum Reading<Value> {
  /// It is so.
  case known(Value)
  /// There is no such thing here.
  case absent
  /// It could not be read, and why.
  case unreadable(String)

  /// The value; nil when it is not known.
  var value: Value? {
    if case .known(let value) = self { return value }
    return nil
  }

  /// What `change` makes of the value.
  func map<Other>(_ change: (Value) -> Other) -> Reading<Other> {
    switch self {
    case .known(let value): .known(change(value))
    case .absent: .absent
    case .unreadable(let problem): .unreadable(problem)
    }
  }

  /// What `change` makes of the value; a value that it makes nothing of could not be read.
  func map<Other>(_ problem: String, _ change: (Value) -> Other?) -> Reading<Other> {
    switch self {
    case .known(let value):
      change(value).map(Reading<Other>.known) ?? .unreadable(problem)
    case .absent: .absent
    case .unreadable(let problem): .unreadable(problem)
    }
  }
}

extension Reading: Equatable where Value: Equatable {}
extension Reading: Sendable where Value: Sendable {}
