import Testing

extension Trait where Self == ConditionTrait {
  /// Debug builds allocate where optimised ones do not, and so have nothing to tell of it.
  static var inOptimisedBuilds: Self {
    #if DEBUG
      .disabled("needs a release build")
    #else
      .enabled(if: true)
    #endif
  }
}
