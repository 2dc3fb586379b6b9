extension Unicode.Scalar {
  /// Whether this is neither a control nor a formatting character: text of such scalars can neither
  /// forge a line nor steer a terminal.
  public var isPlain: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}
