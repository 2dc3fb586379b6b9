/// Carries a value with one owner through a list or a closure, once.
final class Handover<Value: ~Copyable> {
  private var value: Value?

  init(_ value: consuming Value) {
    self.value = consume value
  }

  func take() -> Value {
    guard let value = value.take() else { preconditionFailure("handed over twice") }
    return value
  }
}
