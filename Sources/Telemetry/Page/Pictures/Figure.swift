/// A picture with its heading, its axes as text that keeps its size, and what its colours mean.
struct Figure {
  /// The name by which the document finds it.
  var id: String
  /// The heading.
  var title: String
  /// What is counted, in which unit.
  var unit: String
  /// The picture.
  var picture: Markup
  /// The upright axis, from the top.
  var scale: [String]
  /// The level axis, from the left.
  var times: [String]
  /// What the colours mean, and the totals.
  var legend: Markup

  /// All of it.
  var markup: Markup {
    let scale: [Markup] = scale.map { "<span>\($0)</span>" }
    let times: [Markup] = times.map { "<span>\($0)</span>" }
    return """
      <figure class="card" id="\(id)"><figcaption><h3>\(title)</h3><small>\(unit)</small>\
      </figcaption><div class="plot"><div class="scale" aria-hidden="true">\(scale)</div>\
      \(picture)<div class="times" aria-hidden="true">\(times)</div></div>\(legend)</figure>

      """
  }
}

/// An SVG that takes the width it is given.
enum Picture {
  /// How high every picture is, in its own units.
  static let height = 1_000
  /// How wide a period is, in units of its own.
  static let step = 10

  /// A picture with its title and a sentence for those who do not see it.
  static func svg(
    id: String,
    width: Int,
    title: String,
    description: String,
    style: String = "",
    _ content: [Markup]
  ) -> Markup {
    """
    <svg role="img" class="\(style)" viewBox="0 0 \(width) \(height)" preserveAspectRatio="none" \
    aria-labelledby="\(id)-title \(id)-words"><title id="\(id)-title">\(title)</title>\
    <desc id="\(id)-words">\(description)</desc>\(content)</svg>
    """
  }

  /// Lines at the quarters of the height.
  static func grid(width: Int) -> Markup {
    let lines: [Markup] = [0, 250, 500, 750, 1_000].map { height -> Markup in
      "<path class=\"grid\" d=\"M0 \(height)H\(width)\"/>"
    }
    return "\(lines)"
  }
}
