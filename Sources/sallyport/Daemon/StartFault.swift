/// Why a gate can't start: one line with the remedy.
struct StartFault: Error, CustomStringConvertible {
  /// The line.
  let description: String

  /// Something that no line of the configuration names.
  init(_ problem: String) { description = "sallyport: \(problem)" }

  /// Something that a line of the configuration asks for, and that can't be had.
  init(_ fault: Fault) { description = fault.description }
}
