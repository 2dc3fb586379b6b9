/// Enough understanding of Swift to tell code from comments and strings, line by line.
enum SwiftText {
  /// The lines of a file with comments and the insides of strings taken out.
  static func code(of text: String) -> [String] {
    var isInLongString = false
    return text.split(separator: "\n", omittingEmptySubsequences: false).map { line in
      code(ofLine: line, isInLongString: &isInLongString)
    }
  }

  private static func code(ofLine line: Substring, isInLongString: inout Bool) -> String {
    var result = ""
    var rest = line
    var isInString = false
    while let character = rest.first {
      if rest.hasPrefix("\"\"\"") {
        isInLongString.toggle()
        rest = rest.dropFirst(3)
        continue
      }
      rest = rest.dropFirst()
      if isInLongString { continue }
      switch (isInString, character) {
      case (true, "\\"): rest = rest.dropFirst()
      case (true, "\""): isInString = false
      case (true, _): break
      case (false, "\""): isInString = true
      case (false, "/") where rest.hasPrefix("/"): return result
      case (false, _): result.append(character)
      }
    }
    return result
  }
}
