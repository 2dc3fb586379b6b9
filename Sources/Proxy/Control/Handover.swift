/// Carries a value that has one owner through a list, a closure, or to another thread, once.
public final class Handover<Value: ~Copyable>: @unchecked Sendable {
  private var value: Value?

  /// Takes a value over.
  public init(_ value: consuming Value) {
    self.value = consume value
  }

  /// Gives it on. Asking twice is a mistake and traps.
  public func take() -> Value {
    guard let value = value.take() else { preconditionFailure("handed over twice") }
    return value
  }
}
