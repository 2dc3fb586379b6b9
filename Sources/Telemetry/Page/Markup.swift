/// A piece of HTML or SVG. What is written in the source is taken as it stands; every text that is
/// put into it is escaped, and only another piece is not:
///
///     let cell: Markup = "<td title=\"\(text)\">\(number)</td>"
///
/// Attributes have double quotes around them; texts stand between tags or in attributes, never in
/// a script, a style or an address.
public struct Markup: ExpressibleByStringInterpolation, Sendable {
  /// The piece as it goes out.
  public private(set) var text: String

  /// A piece that says nothing.
  public init() {
    text = ""
  }

  /// A piece from the source.
  public init(stringLiteral literal: String) {
    text = literal
  }

  /// A piece from the source with others and with texts in it.
  public init(stringInterpolation interpolation: Interpolation) {
    text = interpolation.text
  }

  /// Adds a piece.
  public static func += (left: inout Markup, right: Markup) {
    left.text += right.text
  }

  /// Collects a piece's parts.
  public struct Interpolation: StringInterpolationProtocol {
    fileprivate var text = ""

    /// A piece of about `literalCapacity` bytes.
    public init(literalCapacity: Int, interpolationCount: Int) {
      text.reserveCapacity(literalCapacity + interpolationCount * 16)
    }

    /// What stands in the source.
    public mutating func appendLiteral(_ literal: String) {
      text += literal
    }

    /// A piece.
    public mutating func appendInterpolation(_ piece: Markup) {
      text += piece.text
    }

    /// Pieces, one after the other.
    public mutating func appendInterpolation(_ pieces: [Markup]) {
      for piece in pieces { text += piece.text }
    }

    /// A text, escaped.
    public mutating func appendInterpolation(_ string: String) {
      text += Markup.escaped(string)
    }

    /// A whole number.
    public mutating func appendInterpolation(_ number: some BinaryInteger) {
      text += String(number)
    }
  }

  /// `string` with nothing in it that a browser would take for more than text: the five characters
  /// that mean something, control characters, and those that turn the direction of what follows.
  static func escaped(_ string: String) -> String {
    var result = ""
    result.reserveCapacity(string.utf8.count)
    for scalar in string.unicodeScalars {
      switch scalar {
      case "&": result += "&amp;"
      case "<": result += "&lt;"
      case ">": result += "&gt;"
      case "\"": result += "&quot;"
      case "'": result += "&#39;"
      case "\n", "\t": result.unicodeScalars.append(" ")
      case "\u{0}"..."\u{1F}", "\u{7F}"..."\u{9F}", "\u{202A}"..."\u{202E}",
        "\u{2066}"..."\u{2069}", "\u{200E}", "\u{200F}":
        result += "\u{FFFD}"
      default: result.unicodeScalars.append(scalar)
      }
    }
    return result
  }
}
