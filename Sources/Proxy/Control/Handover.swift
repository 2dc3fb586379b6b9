/// Carries a value that has one owner to another thread, once.
final class Handover<Value: ~Copyable>: @unchecked Sendable {
  private var value: Value?

  init(_ value: consuming Value) {
    self.value = consume value
  }

  func take() -> Value {
    guard let value = value.take() else { preconditionFailure("handed over twice") }
    return value
  }
}
