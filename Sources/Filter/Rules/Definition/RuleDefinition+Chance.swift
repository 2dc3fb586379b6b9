extension RuleDefinition {
  /// An upper bound of the probability that an honest first flight meets the rule's bytes: random
  /// bytes are all that a flight is. Nil when the rule asks for no forms or pieces: then there is
  /// no bound but one, since the first byte to come alone may be printable.
  ///
  /// Exact for forms of the first bytes; for `contains` the sum over all places.
  /// - Throws: `SignatureFault.tooComplex` when the forms together have too many states.
  public func chance() throws(SignatureFault) -> Double? {
    var bounds: [Double] = []
    if !conditions.beginnings.isEmpty {
      let forms = SignatureDefinition(name: name, patterns: conditions.beginnings, mode: .enforce)
      bounds.append(try forms.chance())
    }
    if !conditions.contents.isEmpty {
      bounds.append(min(1, conditions.contents.reduce(0) { $0 + FlightContents.chance(of: $1) }))
    }
    return bounds.min()
  }

  /// Whether the rule refuses for bytes and nothing else, so that the chance alone decides whether
  /// it hits honest peers.
  public var refusesForBytesAlone: Bool {
    guard mode == .enforce, conditions.asksForBytesAlone, case .act = effect else { return false }
    return true
  }
}
