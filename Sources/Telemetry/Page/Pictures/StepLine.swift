/// The highest value of a gauge in each period, as an area with a step at each change.
struct StepLine {
  /// The values; nil where nobody looked.
  var values: [UInt64?]
  /// The value at the top.
  let top: Double

  /// A line whose axis ends above the highest.
  init(_ values: [UInt64?]) {
    self.values = values
    top = Quantity.axisEnd(max(Double(values.compactMap(\.self).max() ?? 0), 1))
  }

  /// How wide it is, in its own units.
  var width: Int { max(values.count, 1) * Picture.step }

  /// The area and its upper edge.
  var shapes: [Markup] {
    var area = ""
    var edge = ""
    var isOpen = false
    for (period, value) in values.enumerated() {
      let left = period * Picture.step
      guard let value else {
        if isOpen { area += "V\(Picture.height)z" }
        isOpen = false
        continue
      }
      let y = Picture.height - Int((min(Double(value) / top, 1) * 1_000).rounded())
      area += isOpen ? "V\(y)" : "M\(left) \(Picture.height)V\(y)"
      edge += isOpen ? "V\(y)" : "M\(left) \(y)"
      area += "H\(left + Picture.step)"
      edge += "H\(left + Picture.step)"
      isOpen = true
    }
    if isOpen { area += "V\(Picture.height)z" }
    return ["<path class=\"area\" d=\"\(area)\"/>", "<path class=\"edge\" d=\"\(edge)\"/>"]
  }
}
