/// Why the text of a pattern cannot be read, and where.
public struct SignatureTextFault: Error, Equatable, Sendable {
  /// What is wrong.
  public enum Problem: Sendable, Equatable, CaseIterable {
    /// The text describes no byte.
    case empty
    /// Longer than `SignatureLimits.textBytes`, or reaching over more than `patternBytes`.
    case tooLong
    /// Neither two hexadecimal digits nor a known name.
    case unknownWord
    /// A quoted text without its closing quote.
    case unclosedText
    /// An escape other than \\, \", \`, \r, \n, \t, \0 and \xHH.
    case unknownEscape
    /// A class without its closing bracket.
    case unclosedClass
    /// A class of no byte.
    case emptyClass
    /// A range that ends before it starts or has no end.
    case badRange
    /// A repetition other than {n} or {m,n} with m <= n.
    case badRepetition
    /// A repetition behind several bytes at once.
    case repeatedText
  }

  /// Where in the text, counted in bytes from 1.
  public let column: Int
  /// What is wrong.
  public let problem: Problem
}

extension SignatureTextFault {
  /// What is wrong, for people.
  public var explanation: String {
    switch problem {
    case .empty: "the pattern describes no byte"
    case .tooLong: "the pattern is longer than \(SignatureLimits.patternBytes) bytes"
    case .unknownWord: "unknown word"
    case .unclosedText: "a quoted text does not end"
    case .unknownEscape: "unknown escape"
    case .unclosedClass: "a class of bytes does not end"
    case .emptyClass: "a class of bytes is empty, so nothing can match"
    case .badRange: "a range of bytes is wrong"
    case .badRepetition: "a repetition is wrong"
    case .repeatedText: "several bytes at once are repeated"
    }
  }

  /// What to do about it, for people.
  public var remedy: String {
    switch problem {
    case .empty: "write the first bytes of the protocol, e.g. \"SSH-2.0-\""
    case .tooLong: "write its beginning only"
    case .unknownWord:
      "write bytes as two hexadecimal digits, text in quotes, or one of any, digit, letter, "
        + "alphanumeric, space, printable"
    case .unclosedText: "close it with the quote that it began with"
    case .unknownEscape: "use one of \\\\, \\\", \\`, \\r, \\n, \\t, \\0 and \\xHH"
    case .unclosedClass: "close it with ]"
    case .emptyClass: "name at least one byte"
    case .badRange: "write it as 30-39, the smaller byte first"
    case .badRepetition:
      "write {n} or {m,n}, at most \(SignatureLimits.patternBytes), the smaller number first"
    case .repeatedText: "repeat a single byte or a class, and write a text as often as it occurs"
    }
  }
}
